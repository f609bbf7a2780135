"""A text as its sentences, each with a vector of its own, for tasks that choose among them. Knows no way of choosing.

Vectors are means of a sentence encoder's token states, of length 1 (Reimers and Gurevych 2019, "Sentence-BERT"). Hidden
words leave most sentences as they are: what occurs again in a batch is computed once.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import Pipeline

from .errors import InputError
from .passages import PassageInput
from .spans import Place, SpansTask
from .tokens import PLAIN
from .trace import Batch
from .types import Span
from .windows import Reader

END = re.compile(r"""(?:(?<=[.!?…])|(?<=[.!?…]["'”’)\]]))\s+(?=["'“‘(\[]?[A-Z0-9])|(?<=[。！？])|\s*\n\s*""")
"""Between two sentences: after an end of one, where a capital or a number follows; a new line always."""
ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|al|No|Fig|Inc|Ltd|Co|Jr|Sr|e\.g|i\.e)|\b[A-Z])\.$")
"""What ends in a full stop and ends no sentence."""
LONGEST = 256
"""Tokens of a sentence that are read."""
ROWS = 32
"""Sentences a forward pass."""


def sentence_spans(text: str) -> list[Span]:
    """Characters (start, end) of each sentence that has a letter or a number; all of the text where none has."""
    found, start = [], 0
    for match in [*END.finditer(text), None]:
        end = match.start() if match else len(text)
        if match and "\n" not in match.group() and ABBREVIATION.search(text[start:end]):
            continue
        if re.search(r"\w", text[start:end]):
            found.append((start, end))
        start = match.end() if match else end
    return [(a + len(text[a:b]) - len(text[a:b].lstrip()), a + len(text[a:b].rstrip())) for a, b in found] or [
        (0, len(text))
    ]


class SentenceReader(Reader):
    """Reads each sentence, and the question if there is one, by itself: a window each.

    `spans` int64[windows, 2] are a sentence's characters, (0, 0) for the question; `asked` bool[windows] is true there.
    """

    def read(self, question: str | None, context: str) -> Batch:
        """The sentences of one input."""
        spans = [*([(0, 0)] if question else []), *sentence_spans(context)]
        texts = [*([question] if question else []), *(context[start:end] for start, end in spans if end)]
        length = min(int(self.tokenizer.model_max_length), LONGEST)
        encoded = self.tokenizer(
            texts,
            truncation=True,
            max_length=length,
            padding=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
            **PLAIN,
        )
        asked = torch.tensor([end == 0 for _, end in spans])
        own = ~encoded["special_tokens_mask"].bool()
        starts = torch.tensor([start for start, _ in spans])
        sequence = torch.where(asked, 0, int(bool(question)))[:, None].expand_as(own)
        return {
            "input_ids": encoded["input_ids"],
            "attention_mask": encoded["attention_mask"],
            "sequence": torch.where(own, sequence, -1),
            "offsets": encoded["offset_mapping"] + (starts[:, None] * own)[..., None],
            "spans": torch.tensor(spans),
            "asked": asked,
            "owner": torch.zeros(len(spans), dtype=torch.long),
        }


class Sentences(NamedTuple):
    """Of one input: its sentences' characters int64[n, 2] and vectors float64[n, d], and the question's float64[d]."""

    spans: NDArray[np.int64]
    vectors: NDArray[np.float64]
    question: NDArray[np.float64] | None


class SentencesPipeline(Pipeline):
    """A text, and a question where there is one, as vectors of its sentences; a subclass says what follows."""

    _load_tokenizer = True
    _load_feature_extractor = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}

    def preprocess(self, record: dict[str, str]) -> Batch:
        """The sentences of one record, `{"question": …, "context": …}` or `{"context": …}`."""
        return SentenceReader(self.tokenizer).read(record.get("question"), record["context"])

    def _forward(self, batch: Batch) -> Batch:
        both = torch.cat([batch["input_ids"], batch["attention_mask"]], dim=1)
        different, back = both.unique(dim=0, return_inverse=True)
        vectors = torch.cat([self.embed(*rows.chunk(2, dim=1)) for rows in different.split(ROWS)])
        return {"vectors": vectors[back]} | {name: batch[name] for name in ("spans", "asked", "owner")}

    def embed(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The vectors float[rows, d] of sentences int64[rows, tokens]."""
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        there = mask[..., None].to(states.dtype)
        mean = (states * there).sum(1) / there.sum(1).clamp(min=1)
        return torch.nn.functional.normalize(mean, dim=-1)

    def sentences(self, outputs: Batch) -> Iterator[Sentences]:
        """Each input in the outputs."""
        vectors, asked = outputs["vectors"].double().numpy(), outputs["asked"].numpy()
        owner, spans = outputs["owner"].numpy(), outputs["spans"].numpy()
        for i in range(int(owner.max()) + 1):
            own, question = (owner == i) & ~asked, vectors[(owner == i) & asked]
            yield Sentences(spans[own], vectors[own], question[0] if len(question) else None)


class SentencesTask(PassageInput, SpansTask):
    """A task whose spans are sentences of the text."""

    batch_size = 16
    unread = frozenset({"pooler"})
    one_pass = False
    """Half the width is not tried: an error of a cosine is divided by a small temperature, and grows."""

    @property
    def reader(self) -> Reader:
        return SentenceReader(self.pipeline.tokenizer)

    def weigh(self, found: Sentences) -> NDArray[np.float64]:
        """The score of each sentence of an input, float64[n], in `scale`."""
        raise NotImplementedError

    def span_scores(self, outputs: Batch, place: Place) -> NDArray[np.float64]:
        each = list(self.pipeline.sentences(outputs))
        here = (each[0].spans == (place.start, place.end)).all(1)  # hiding words moves no sentence
        if not here.any():
            raise InputError(f"No sentence of the text goes from character {place.start:,} to {place.end:,}.")
        return np.array([float(self.weigh(found)[here][0]) for found in each])

    def prepared(self, raw: dict[str, Any], batch: Batch) -> str:
        count = int((~batch["asked"]).sum())
        return f"{count:,} sentence{'s' if count != 1 else ''}, each cut into tokens by itself"
