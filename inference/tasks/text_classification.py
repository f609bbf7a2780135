"""A text in, labels with probabilities out: transformers' own text-classification pipeline."""

from collections.abc import Iterator
from typing import Any

from .. import tokens
from ..inputs import TextInput
from ..outputs import LabelsTask
from ..trace import Batch
from ..types import Raw


class TextClassification(TextInput, LabelsTask):
    """Any sequence classifier of the hub."""

    id = "text-classification"

    def options(self) -> dict[str, Any]:
        return {**super().options(), "truncation": True, **tokens.PLAIN}

    def encode_text(self, text: str) -> tuple[Batch, Any]:
        with self.tokenizing:
            encoded = dict(self.pipeline.preprocess(text, return_offsets_mapping=True, **self.preprocess_options))
        return encoded, encoded.pop("offset_mapping")[0]

    def readable(self, raw: Raw) -> Raw:
        field = self.demo.first("text").name
        text = self.prepare(raw)
        options = {"return_offsets_mapping": True, **self.preprocess_options}
        read = max(end for _, end in self.tokenize(text, **options)["offset_mapping"])
        return {**raw, field: text[:read]}

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        limit = self.pipeline.tokenizer.model_max_length
        count = len(self.tokenize(self.prepare(raw), truncation=False, verbose=False, **tokens.PLAIN)["input_ids"])
        if count > limit:
            yield f"The text has {count:,} tokens and the model reads {limit:,}: the rest was cut off."
