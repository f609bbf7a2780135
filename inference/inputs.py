"""What tasks share that read a text: words hidden token by token, and a tokenizer that many threads use."""

from typing import Any

from . import tokens
from .demo import Example
from .fields import MaskedText, TextField
from .task import Batch, Sight, Task
from .types import Raw


class TextInput(Task):
    """A task whose first input of kind text goes through the pipeline's tokenizer."""

    fields = (TextField(name="text", label="Text", description="In the language that the model was trained on."),)
    samples = (
        Example("A plain fact", {"text": "The train leaves at nine and arrives before noon."}),
        Example("A complaint", {"text": "I waited two hours and nobody answered the phone."}),
        Example("Thanks", {"text": "Thank you, the parcel came early and everything was in it."}),
        Example("An offer", {"text": "Reply today to claim your free voucher before it expires."}),
    )

    def masked(self, raw: Raw) -> MaskedText:
        """The text of an input, with what is hidden of it."""
        return tokens.masked(raw[self.demo.first("text").name])

    def prepare(self, raw: Raw) -> str:
        return self.masked(raw).text

    def tokenize(self, text: str, **options: Any) -> Batch:
        """The tokenizer's own output for one text.

        One thread at a time: truncation and the reading of special tokens are states of a fast tokenizer, and of two
        threads one would read its text in the other's way.
        """
        with self.tokenizing:
            encoded: Batch = self.pipeline.tokenizer(text, **options)
        return encoded

    def hide(self, encoded: Batch, masked: MaskedText) -> Batch:
        """The encoded text (with its `offset_mapping`, which is dropped) with the hidden tokens replaced."""
        offsets = encoded.pop("offset_mapping")[0]
        token, _ = tokens.replacement(self.pipeline.tokenizer)
        return {**encoded, "input_ids": tokens.hide(encoded["input_ids"], offsets, masked.hidden, token)}

    def prepared(self, raw: Raw, batch: Batch) -> str:
        count = batch["input_ids"].shape[1]
        return f"cut into {count:,} tokens, each a number that the model knows"

    def sight(self, batch: Batch) -> Sight:
        with self.tokenizing:
            return Sight(tokens=tuple(self.pipeline.tokenizer.batch_decode(batch["input_ids"][0][:, None])))
