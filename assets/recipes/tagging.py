"""Fine-tune MiniLM to say which words of a text are which kind of entity, and count how many it finds.

Knows texts and the entities in them, each as (start, end, label) in characters; no data set and no teacher. A word is
read at its first token; a run of words with one label is one entity.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional as F
from transformers import AutoConfig, BertForTokenClassification, PreTrainedTokenizerBase

from .batches import buckets, pad
from .finetuning import Settings, descend
from .minilm import BASE_DIR

Entity = tuple[int, int, str]
IGNORED = -100
"""The label of a token that is not learned: special ones, and all but the first of a word."""


def new_model(labels: Sequence[str], rank: int, seed: int) -> PeftModel:
    """The base with a fresh head for each token and a fresh adapter on every linear layer of its encoder."""
    torch.manual_seed(seed)
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    base = BertForTokenClassification.from_pretrained(BASE_DIR, config=AutoConfig.from_pretrained(BASE_DIR, **names))
    target = r".*encoder.*\.(query|key|value|dense)"
    return get_peft_model(base, LoraConfig(task_type="TOKEN_CLS", r=rank, lora_alpha=2 * rank, target_modules=target))


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_tokens: int
) -> tuple[list[list[int]], list[list[tuple[int, int]]]]:
    """Token ids of each text, and for each token the characters (start, end) of the word that it begins; else (0, 0).

    A word is what the tokenizer cuts into pieces: punctuation is one of its own.
    """
    encoded = tokenizer(list(texts), truncation=True, max_length=max_tokens)
    spans = []
    for row in range(len(texts)):
        words = encoded.word_ids(row)
        firsts = [word if word is not None and words[i - 1] != word else None for i, word in enumerate(words)]
        spans.append([(0, 0) if word is None else tuple(encoded.word_to_chars(row, word)) for word in firsts])
    return encoded["input_ids"], spans


def targets(spans: Sequence[tuple[int, int]], entities: Sequence[Entity], label2id: dict[str, int]) -> list[int]:
    """The label of each token: that of the entity which its word touches, else label 0; IGNORED where none begins."""
    found = []
    for start, end in spans:
        touching = [label2id[label] for a, b, label in entities if start < b and end > a]
        found.append(IGNORED if start == end else (touching or [0])[0])
    return found


def fit(
    model: PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    entities: Sequence[Sequence[Entity]],
    settings: Settings,
) -> Iterator[float]:
    """Train the adapter and the head by cross-entropy over the words; yield the mean loss after each epoch."""
    ids, spans = encode(tokenizer, texts, settings.max_tokens)
    wanted = [targets(s, e, model.config.label2id) for s, e in zip(spans, entities, strict=True)]

    def loss_of(logits: torch.Tensor, batch: NDArray[np.int64]) -> torch.Tensor:
        truth = [torch.tensor(wanted[i]) for i in batch]
        labels = torch.nn.utils.rnn.pad_sequence(truth, batch_first=True, padding_value=IGNORED)
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)

    yield from descend(model, tokenizer, ids, settings, loss_of)


@torch.inference_mode()
def word_labels(
    answer: Callable[[dict[str, torch.Tensor]], torch.Tensor],
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> Iterator[tuple[list[tuple[int, int]], NDArray[np.int64]]]:
    """Of each text the characters of its words and their labels int64[words], by the logits that `answer` gives."""
    ids, spans = encode(tokenizer, texts, max_tokens)
    labels: list[NDArray[np.int64]] = [np.empty(0, np.int64)] * len(ids)
    for batch in buckets(ids, 64):
        best = answer(pad([ids[i] for i in batch], tokenizer.pad_token_id)).argmax(-1).numpy()
        for row, i in enumerate(batch):
            labels[i] = best[row, : len(ids[i])]
    for own, found in zip(spans, labels, strict=True):
        begins = [start < end for start, end in own]
        yield [span for span, first in zip(own, begins, strict=True) if first], found[begins]


def joined(words: Iterable[tuple[int, int]], labels: Iterable[str], outside: str = "O") -> set[Entity]:
    """Runs of words with one label, but for `outside`, each as an entity."""
    runs = (list(run) for _, run in groupby(zip(words, labels, strict=True), key=lambda pair: pair[1]))
    return {(run[0][0][0], run[-1][0][1], run[0][1]) for run in runs if run[0][1] != outside}


def counts(found: set[Entity], wanted: set[Entity], label: str | None = None) -> tuple[int, int, int]:
    """Entities right to the character and the label, found, and wanted; of one label, or of all."""
    mine, theirs = ({e for e in some if label in (None, e[2])} for some in (found, wanted))
    return len(mine & theirs), len(mine), len(theirs)


def f1(counted: NDArray[np.int64]) -> float:
    """F1 of counts int64[texts, 3] added up: 2 · right / (found + wanted), within 0..1."""
    right, found, wanted = counted.sum(0)
    return float(2 * right / max(found + wanted, 1))
