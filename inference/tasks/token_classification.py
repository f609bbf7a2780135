"""A text in, its named entities out: transformers' own token-classification pipeline.

A word is read at its first token, as models of this kind are trained (Devlin et al. 2019, section 5.3), and a run of
words with one label is one span. Where a tokenizer does not say which tokens go on with a word, each token is read.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..demo import Example
from ..encoders import TruncatedText
from ..masks import Spans, Variants
from ..spans import Place, SpansTask
from ..trace import Batch
from ..types import Prediction, Raw

OUTSIDE = "O"


class TokenClassification(TruncatedText, SpansTask):
    """Any token classifier of the hub. A span's score is the mean probability of its label over its words.

    Of a label that begins a span and one that goes on with it (`B-PER`, `I-PER`), the probabilities are added.
    """

    id = "token-classification"
    along_tokens = ("logits",)
    samples = (
        Example("A visit", {"text": "Angela Merkel met Emmanuel Macron in Paris on Tuesday."}),
        Example("A purchase", {"text": "Google bought YouTube for $1.65 billion in 2006."}),
        Example("A letter", {"text": "Dear Mr Sandler, your flight from Boston to London leaves at noon."}),
        Example("Nobody at all", {"text": "It rained all day, so we stayed in and read."}),
    )

    def options(self) -> dict[str, Any]:
        return {"aggregation_strategy": "first" if self.pieced else "simple", "ignore_labels": [OUTSIDE]}

    @property
    def pieced(self) -> bool:
        """Whether the tokenizer marks the tokens that go on with a word, as WordPiece does (##ing)."""
        backend = getattr(self.pipeline.tokenizer, "backend_tokenizer", None)
        return bool(getattr(getattr(backend, "model", None), "continuing_subword_prefix", None))

    @cached_property
    def columns(self) -> dict[str, list[int]]:
        """The columns of the logits that stand for each label."""
        found: dict[str, list[int]] = {}
        for column, name in sorted(self.pipeline.model.config.id2label.items()):
            label = name[2:] if name[:2] in ("B-", "I-") else name
            if label != OUTSIDE:
                found.setdefault(label, []).append(column)
        return found

    @property
    def kinds(self) -> Sequence[str]:
        return list(self.columns)

    def encode_text(self, text: str) -> tuple[Batch, torch.Tensor]:
        """What the pipeline makes of a text, with the number of the word that each token belongs to."""
        options = {"return_offsets_mapping": True, "return_special_tokens_mask": True, "return_tensors": "pt"}
        encoded: Any = self.tokenize(text, **options, **self.reading())
        words = torch.tensor([[-1 if word is None else word for word in encoded.word_ids(0)]])
        batch = {**encoded, "word_ids": words, "sentence": text, "is_last": True}
        return batch, batch["offset_mapping"][0]

    def hiding(self, encoded: Batch, offsets: torch.Tensor, parts: Spans) -> Variants:
        hidden = super().hiding(encoded, offsets, parts)
        others = {name: value for name, value in encoded.items() if not isinstance(value, torch.Tensor)}
        return replace(hidden, encode=lambda rows: {**others, **hidden.encode(rows)})

    def span_scores(self, outputs: Batch, place: Place) -> NDArray[np.float64]:
        """Mean probability of the label over the words that begin in the span; 0 where all of them were left out."""
        starts, ends = outputs["offset_mapping"].unbind(-1)
        inside = (starts < place.end) & (ends > place.start) & (outputs["attention_mask"] > 0)
        if self.pieced:
            words = outputs["word_ids"]
            inside[:, 1:] &= words[:, 1:] != words[:, :-1]
        p = outputs["logits"].double().softmax(-1)[..., self.columns[place.label]].sum(-1)
        found: NDArray[np.float64] = ((p * inside).sum(1) / inside.sum(1).clamp(min=1)).numpy()
        return found

    def read(self, outputs: Batch, raws: Sequence[Raw]) -> list[Prediction]:
        """The pipeline's spans, scored as they will be explained."""
        found = []
        for i, raw in enumerate(raws):
            row: Batch = {name: value[i : i + 1] for name, value in outputs.items() if isinstance(value, torch.Tensor)}
            row["sentence"] = self.prepare(raw)
            entities = self.pipeline.postprocess([row], **self.postprocess_options)
            places = [Place(each["entity_group"], each["start"], each["end"]) for each in entities]
            found.append(self.found(self.item(place, raw, float(self.span_scores(row, place)[0])) for place in places))
        return found
