"""What tasks share that read a text in windows, or a question and a text: each has words of its own to hide."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from . import tokens
from .demo import Example
from .errors import ModelError
from .fields import Field, TextField
from .masks import Parts, Spans, Variants
from .task import Task
from .trace import Batch, Sight
from .types import Raw
from .windows import Reader

MONA = (
    "The Mona Lisa is a portrait that Leonardo da Vinci painted on a panel of poplar. He began it in 1503. "
    "King Francis I of France bought it, and it has hung in the Louvre in Paris since 1797."
)


class PassageInput(Task):
    """A task whose first text is a question and whose second is the text that is to answer it."""

    roles: ClassVar[tuple[str, ...]] = ("question", "context")
    """What the texts are to the pipeline, in the order of their fields."""

    fields: ClassVar[tuple[Field, ...]] = (
        TextField(name="question", label="Question", max_length=300),
        TextField(name="context", label="Text", max_length=20_000, description="What is to answer the question."),
    )
    samples: ClassVar[tuple[Example, ...]] = (
        Example("Who?", {"question": "Who painted the Mona Lisa?", "context": MONA}),
        Example("When?", {"question": "Since when has it hung in the Louvre?", "context": MONA}),
        Example("On what?", {"question": "What is it painted on?", "context": MONA}),
        Example("Not in the text", {"question": "How much did the king pay?", "context": MONA}),
    )

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The names of the fields, one for each role. Raises ModelError."""
        names = [field.name for field in self.demo.inputs if field.kind == "text" and field.role == "input"]
        if len(names) != len(self.roles):
            raise ModelError(
                f"{self.name} needs {len(self.roles)} text fields in its demo.json: {', '.join(self.roles)}."
            )
        return tuple(names)

    @property
    def source(self) -> str:
        """The name of the field that an answer lies in."""
        return self.texts[-1]

    @property
    def reader(self) -> Reader:
        """How the tokenizer reads the two."""
        return Reader(self.pipeline.tokenizer)

    def prepare(self, raw: Raw) -> dict[str, str]:
        return {role: tokens.masked(raw[name]).text for role, name in zip(self.roles, self.texts, strict=True)}

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """The windows of all inputs."""
        return self.reader.together([self.encode_one(raw) for raw in raws])

    def encode_one(self, raw: Raw) -> Batch:
        """The windows of one input, hidden words replaced, or left out, token by token."""
        with self.tokenizing:
            batch: Batch = self.pipeline.preprocess(self.prepare(raw), **self.preprocess_options)
        masked = {name: tokens.masked(raw[name]) for name in self.texts}
        parts = {name: Spans(each.hidden, each.dropped) for name, each in masked.items() if each.hidden}
        if not parts:
            return batch
        nothing = np.zeros(sum(len(part.spans) for part in parts.values()), bool)
        return self.hiding(batch, parts).encode([nothing])

    def variants(self, raw: Raw, parts: Parts, rows: Any = (), weights: Any = None) -> Variants | None:
        if set(parts) != set(self.texts) or not all(isinstance(part, Spans) for part in parts.values()):
            return None
        whole = zip(self.texts, self.prepare(raw).values(), strict=True)
        return self.hiding(self.encode_one(dict(whole)), parts)

    def hiding(self, batch: Batch, parts: Parts) -> Variants:
        """One input's windows with parts of its texts hidden."""
        return self.reader.hiding(batch, parts, self.texts, tokens.replacement(self.pipeline.tokenizer)[0])

    def prepared(self, raw: Raw, batch: Batch) -> str:
        windows, length = batch["input_ids"].shape
        several = f", in {windows:,} windows that overlap" if windows > 1 else ""
        return f"question and text cut into {length:,} tokens{' each' if windows > 1 else ''}{several}"

    def sight(self, batch: Batch) -> Sight:
        with self.tokenizing:
            read = batch["input_ids"][batch["attention_mask"] > 0]
            return Sight(tokens=tuple(self.pipeline.tokenizer.batch_decode(read[:, None])))
