"""The players of a history: its items, and runs of them. Knows no recommender."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.fields import HistoryField
from inference.fields.history import History
from inference.masks import Kept

from ..types import Feature
from .field import FieldPlayers, several

DIRECT = 48
"""Items that are players at once; a longer history begins with runs of neighbours."""
RUNS = 16
"""Runs that a long history is cut into."""


class HistoryPlayers(FieldPlayers):
    """The items of a history; a hidden one was never there."""

    kind = "history"
    words = "items of the history"

    def __init__(self, field: HistoryField, value: History, stand_in: str) -> None:
        self.name, self.items, self.value = field.name, tuple(value), value
        self.features = tuple(
            Feature(f"{field.name}:{item}", field.name, field.catalogue[item], self.where(item, i))
            for i, item in enumerate(self.items)
        )
        runs = np.array_split(np.arange(len(value)), min(RUNS, len(value)) if len(value) > DIRECT else len(value) or 1)
        self.groups = tuple(tuple(run.tolist()) for run in runs if len(run))
        self.baseline = f"hidden entries are absent from {field.label}"

    def where(self, item: str, position: int) -> dict[str, Any]:
        """The place of an item in the history, and its rating if it has one."""
        rating = self.value[item] if isinstance(self.value, dict) else None
        return {"item": item, "position": position} | ({} if rating is None else {"rating": rating})

    def show(self, kept: Kept) -> History:
        seen = tuple(item for item, keep in zip(self.items, kept, strict=True) if keep)
        return {item: self.value[item] for item in seen} if isinstance(self.value, dict) else seen

    def together(self, atoms: Sequence[int]) -> Feature:
        if len(atoms) == 1:
            return self.features[atoms[0]]
        first, last = atoms[0], atoms[-1]
        where = {"items": [self.items[atom] for atom in atoms], "position": first}
        label = several([self.features[atom].label for atom in atoms])
        return Feature(f"{self.name}:{self.items[first]}…{self.items[last]}", self.name, label, where)
