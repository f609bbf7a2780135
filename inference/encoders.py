"""What tasks share whose model reads a text up to its own length, and cuts off the rest. Knows no kind of output."""

from collections.abc import Iterator
from typing import Any

from . import tokens
from .inputs import TextInput
from .trace import Batch
from .types import Raw


class TruncatedText(TextInput):
    """A task whose text is cut at the model's length: the rest has no players, and a warning says so."""

    def reading(self) -> dict[str, Any]:
        """The tokenizer's options under which the model reads."""
        return {"truncation": True, **tokens.PLAIN}

    def readable(self, raw: Raw) -> Raw:
        field, text = self.demo.first("text").name, self.prepare(raw)
        offsets = self.tokenize(text, return_offsets_mapping=True, **self.reading())["offset_mapping"]
        return {**raw, field: text[: max(end for _, end in offsets)]}

    def warnings(self, raw: Raw) -> Iterator[str]:
        yield from super().warnings(raw)
        count = len(self.tokenize(self.prepare(raw), truncation=False, verbose=False, **tokens.PLAIN)["input_ids"])
        yield from cut_off("text", count, self.pipeline.tokenizer.model_max_length)


class EncoderInput(TruncatedText):
    """The same by transformers' own preprocessing."""

    def options(self) -> dict[str, Any]:
        return {**super().options(), **self.reading()}

    def encode_text(self, text: str) -> tuple[Batch, Any]:
        with self.tokenizing:
            encoded = dict(self.pipeline.preprocess(text, return_offsets_mapping=True, **self.preprocess_options))
        return encoded, encoded.pop("offset_mapping")[0]


def cut_off(what: str, count: int, limit: int) -> Iterator[str]:
    """Whether a text of `count` tokens is longer than the model reads."""
    if count > limit:
        yield f"The {what} has {count:,} tokens and the model reads {limit:,}: the rest was cut off."
