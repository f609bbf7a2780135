"""The kind of output that lies in a text: passages of it, each with a label and a score. It knows no way to find them.

A span's id says where it lies and what it is, `person@4-9`: so explaining it never predicts again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .fields import shown
from .outputs import ItemTask
from .trace import Batch
from .types import Contrast, Item, ItemTarget, Prediction, Raw, Scale, Target

ID = re.compile(r"(?P<label>.+)@(?P<start>\d{1,9})-(?P<end>\d{1,9})", re.DOTALL)
NAMED = 60
"""Characters of a span that name it."""


@dataclass(frozen=True)
class Place:
    """A label and the characters (start, end) it is given to."""

    label: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """The item id that stands for it."""
        return f"{self.label}@{self.start}-{self.end}"


class SpansTask(ItemTask):
    """Spans of a text with their labels, each scored for any coalition; there may be none."""

    kind = "spans"
    scale: ClassVar[Scale] = "probability"

    @cached_property
    def positions(self) -> dict[str, int]:
        """Spans have no columns of their own: each is scored where it lies."""
        return {}

    @property
    def source(self) -> str:
        """The name of the field that spans lie in."""
        return self.demo.first("text").name

    @property
    def kinds(self) -> Sequence[str]:
        """The labels that a span can have."""
        raise NotImplementedError

    def span_scores(self, outputs: Batch, place: Place) -> NDArray[np.float64]:
        """The score of a label over a span in each row of the outputs, float64[batch], in `scale`; 0 if it is gone."""
        raise NotImplementedError

    def score(self, outputs: Batch, targets: Sequence[Target]) -> NDArray[np.float64]:
        return np.stack([self.target_scores(outputs, target) for target in targets], axis=1)

    def target_scores(self, outputs: Batch, target: Target) -> NDArray[np.float64]:
        """The score of one target in each row, float64[batch]. Raises InputError."""
        return self.span_scores(outputs, self.place(target))

    def place(self, target: Target) -> Place:
        """What a target stands for. Raises InputError."""
        match = ID.fullmatch(target.item) if isinstance(target, ItemTarget) else None
        if match is None:
            wrong = target.item if isinstance(target, ItemTarget) else type(target).__name__
            raise InputError(
                "The target of this model is a span: send {'item': 'label@start-end'}, in characters of the text, "
                f"got {shown(wrong)}."
            )
        place = Place(match["label"], int(match["start"]), int(match["end"]))
        if place.label not in self.kinds:
            raise InputError.among("label", place.label, self.kinds)
        if place.start >= place.end:
            raise InputError(f"A span ends after its start, got {place.start} to {place.end}.")
        return place

    def target(self, prediction: Prediction) -> Target:
        """The first span. Raises InputError where there is none."""
        if not prediction.items:
            raise InputError(
                "Nothing was found in this text, so there is nothing to explain; "
                "ask about any span of it, as {'item': 'label@start-end'}."
            )
        return super().target(prediction)

    def called(self, target: Target, raw: Raw) -> str:
        """The span's own words, and its label where there are several. Raises InputError where the text is shorter."""
        if isinstance(target, Contrast):
            return super().called(target, raw)
        place, length = self.place(target), len(raw[self.source])
        if place.end > length:
            raise InputError(
                f"The text that the model reads has {length:,} characters; the span ends at {place.end:,}."
            )
        words = clipped(raw[self.source][place.start : place.end])
        return f"{words} ({place.label})" if len(self.kinds) > 1 else words

    def item(self, place: Place, raw: Raw, score: float) -> Item:
        """A span as an item: it goes by its own words."""
        words = clipped(str(raw[self.source])[place.start : place.end])
        where = (self.source, place.start, place.end)
        return Item(place.id, words, score, chars=where, facts={"label": place.label})

    def found(self, items: Iterable[Item], text: str | None = None) -> Prediction:
        """A prediction of these items, the highest score first; text: what they amount to."""
        ordered = sorted(items, key=lambda item: -item.score)
        return Prediction(self.kind, self.scale, tuple(ordered), text=text)

    def summary(self, prediction: Prediction) -> str:
        count = sum(item.chars is not None for item in prediction.items)
        return (
            f"{count:,} span{'s' if count != 1 else ''} of {len(self.kinds):,} kind{'s' if len(self.kinds) > 1 else ''}"
        )


def clipped(words: str) -> str:
    """A span short enough for a name, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= NAMED else f"{line[: NAMED - 1].rstrip()}…"
