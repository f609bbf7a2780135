"""A text in, labels with probabilities out: transformers' own text-classification pipeline."""

from collections.abc import Iterator
from typing import Any

from .. import tokens
from ..outputs import LabelsTask
from ..task import Batch
from ..types import Raw


class TextClassification(LabelsTask):
    """Any sequence classifier of the hub."""

    id = "text-classification"

    def options(self) -> dict[str, Any]:
        return {**super().options(), "truncation": True, **tokens.PLAIN}

    def prepare(self, raw: Raw) -> str:
        return tokens.masked(raw[self.demo.first("text").name]).text

    def encode_one(self, raw: Raw) -> Batch:
        """Token ids int64[1, tokens] and their masks; hidden words are replaced token by token."""
        encoded = self.pipeline.preprocess(self.prepare(raw), return_offsets_mapping=True, **self.preprocess_options)
        offsets = encoded.pop("offset_mapping")[0]
        hidden = tokens.masked(raw[self.demo.first("text").name]).hidden
        token, _ = tokens.replacement(self.pipeline.tokenizer)
        encoded["input_ids"] = tokens.hide(encoded["input_ids"], offsets, hidden, token)
        return dict(encoded)

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        limit = self.pipeline.tokenizer.model_max_length
        count = len(self.pipeline.tokenizer(self.prepare(raw), truncation=False, verbose=False, **tokens.PLAIN)[0])
        if count > limit:
            yield f"The text has {count:,} tokens and the model reads {limit:,}: the rest was cut off."
