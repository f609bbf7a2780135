"""The players of a whole input: those of its fields together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from inference.errors import ModelError
from inference.fields import Field
from inference.masks import Kept
from inference.types import Raw

from .field import FieldPlayers


class Players:
    """The players of a whole input: those of its input fields, one after the other."""

    def __init__(
        self,
        fields: Sequence[Field],
        raw: Raw,
        background: Sequence[Raw],
        stand_in: str,
        second_baseline: bool = False,
    ) -> None:
        """fields: those that reach the model. background: reference rows. stand_in: what hides a token, by name."""
        self.raw, self.background = raw, background
        self.parts = {
            field.name: FieldPlayers.kinds[field.kind](field, raw[field.name], stand_in)
            for field in fields
            if field.role == "input"
        }
        if any(part.referenced for part in self.parts.values()) and not background:
            raise ModelError("Explaining a table needs reference rows: name a CSV of them as background in demo.json.")
        if second_baseline:
            for part in self.parts.values():
                part.otherwise()
        self.features = tuple(feature for part in self.parts.values() for feature in part.features)
        self.baseline = "; ".join(dict.fromkeys(part.baseline for part in self.parts.values()))
        self.label_map = next((part.label_map for part in self.parts.values() if part.label_map), None)
        self.masks = {name: part.masks for name, part in self.parts.items()}
        self.rows = tuple(background)
        self.weights = np.full(len(self.rows), 1 / max(1, len(self.rows)))

    def __len__(self) -> int:
        return len(self.features)

    def inputs(self, kept: Kept) -> Iterator[tuple[float, Raw]]:
        """The inputs that together stand for one coalition (bool[n]), each with its weight; weights add up to 1."""
        shown, hidden, start = dict(self.raw), [], 0
        for name, part in self.parts.items():
            own = kept[start : start + len(part.features)]
            start += len(part.features)
            if part.referenced and not own.all():
                hidden.append(name)
            else:
                shown[name] = part.show(own)
        for values, weight in self._references(hidden).items():
            yield weight, {**shown, **dict(zip(hidden, values, strict=True))}

    def _references(self, hidden: Sequence[str]) -> Mapping[tuple[Any, ...], float]:
        """The distinct values of the hidden columns in the reference rows, with their shares."""
        if not hidden:
            return {(): 1.0}
        counts = Counter(tuple(row[name] for name in hidden) for row in self.background)
        return {values: count / len(self.background) for values, count in counts.items()}
