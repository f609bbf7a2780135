"""The players of a row: its columns, whose hidden values come from reference rows. Knows no way to choose these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.fields import Field
from inference.masks import Kept
from inference.types import Raw

from ..types import Feature
from .field import FieldPlayers, several, singles


@dataclass(frozen=True)
class Reference:
    """The rows that hidden columns take their values from, with float64[rows] weights that add up to 1.

    available: how many rows they were chosen from. clusters: names of correlated columns that are one player to begin
    with, if the table is wide.
    """

    rows: tuple[Raw, ...]
    weights: NDArray[np.float64]
    available: int
    clusters: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def every(cls, rows: Sequence[Raw]) -> "Reference":
        """All of `rows`, each with the same weight."""
        return cls(tuple(rows), np.full(len(rows), 1 / max(len(rows), 1)), len(rows))

    @property
    def words(self) -> str:
        """`50 of 100 reference rows`."""
        used = "" if len(self.rows) == self.available else f"{len(self.rows)} of "
        return f"{used}{self.available} reference row{'s' if self.available != 1 else ''}"


class ColumnPlayers(FieldPlayers):
    """One number, as one player; hidden, it takes the values of the reference rows in turn (interventional)."""

    kind = "number"
    words = "columns"
    referenced = True

    def __init__(self, field: Field, value: Any, stand_in: str) -> None:
        self.value = value
        self.features, self.groups = (Feature(field.name, field.name, field.describe(value)),), singles(1)
        self.baseline = f"hidden columns take their values from {stand_in}, averaged (interventional)"

    def show(self, kept: Kept) -> Any:
        return self.value


class CategoryPlayers(ColumnPlayers):
    """One category, likewise."""

    kind = "category"


def joined(columns: Sequence[tuple[str, str]]) -> Feature:
    """The feature that stands for several columns, given as (name, label), as one player."""
    names, labels = zip(*columns, strict=True)
    return Feature(f"{names[0]}+{len(names) - 1}", names[0], several(labels), {"fields": list(names)})
