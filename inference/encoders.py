"""What tasks share whose encoder reads a whole text, as far as it goes. Knows no kind of output."""

from collections.abc import Iterator
from typing import Any

from . import tokens
from .inputs import TextInput
from .trace import Batch
from .types import Raw


class EncoderInput(TextInput):
    """A task whose text is cut off at the model's limit, by transformers' own preprocessing."""

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
        text = self.prepare(raw)
        count = len(self.tokenize(text, truncation=False, verbose=False, **tokens.PLAIN)["input_ids"])
        yield from cut_off("text", count, self.pipeline.tokenizer.model_max_length)


def cut_off(what: str, count: int, limit: int) -> Iterator[str]:
    """Whether a text of `count` tokens is longer than the model reads."""
    if count > limit:
        yield f"The {what} has {count:,} tokens and the model reads {limit:,}: the rest was cut off."
