"""Other values of a column: numbers as other rows have them, and the other choices of a category."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.fields import CategoryField, Field, NumberField
from inference.nearest import tidy
from inference.types import Raw

from ..types import Feature
from .edit import Edit, FieldEdits, Known

VALUES = 9
"""Values of a number that are tried: quantiles of the reference rows, or even steps over its range."""


class NumberEdits(FieldEdits):
    """Quantiles of the reference rows within the limits, the nearest first; a change goes no further than it must."""

    kind = "number"

    def __init__(self, field: NumberField, value: float, known: Known) -> None:
        self.field, self.raw = field, value
        self.spread = spread(field, known.rows)
        self.places = [Feature(field.name, field.name, field.label)]
        tried = {tidy(field, each) for each in grid(field, value, known.rows)}
        self.options = [sorted((self.edit(each) for each in tried if each != value), key=lambda edit: edit.distance)]

    def value(self, edits: Mapping[int, Edit]) -> float:
        parsed: float = self.field.parse(edits[0].after)
        return parsed

    def before(self, place: int, edit: Edit) -> str:
        return said(self.field, self.raw)

    def edit(self, value: float) -> Edit:
        """The number as another one."""
        return Edit(value, said(self.field, value), apart(self.field, self.raw, value, self.spread))

    def closer(self, place: int, edit: Edit, share: float) -> Edit | None:
        if math.isnan(self.raw):
            return None
        between = tidy(self.field, self.raw + share * (edit.after - self.raw))
        inside = min(self.raw, edit.after) < between < max(self.raw, edit.after)
        return self.edit(between) if inside else None

    def toward(self, place: int, value: Any) -> Edit | None:
        return None if math.isnan(value) or value == self.raw else self.edit(value)


class CategoryEdits(FieldEdits):
    """The other choices."""

    kind = "category"

    def __init__(self, field: CategoryField, value: str, known: Known) -> None:
        self.field, self.raw = field, value
        self.places = [Feature(field.name, field.name, field.label)]
        self.options = [[Edit(choice, choice) for choice in field.choices if choice != value]]

    def value(self, edits: Mapping[int, Edit]) -> str:
        return self.field.parse(edits[0].after)

    def before(self, place: int, edit: Edit) -> str:
        return self.raw

    def toward(self, place: int, value: Any) -> Edit | None:
        return None if value == self.raw else Edit(value, value)


def grid(field: NumberField, value: float, rows: Sequence[Raw]) -> list[float]:
    """Values worth trying: quantiles of the rows, else even steps over the range, else steps away from the value."""
    column = known_numbers(field, rows)
    if len(column):
        return [float(each) for each in np.quantile(column, np.linspace(0, 1, VALUES), method="nearest")]
    if ends := field.seen or field.limits:
        return [float(each) for each in np.linspace(*ends, VALUES)]
    own = 0.0 if math.isnan(value) else value
    return [own + share * (abs(own) or 1.0) for share in (-2, -1, -0.5, -0.1, 0.1, 0.5, 1, 2)]


def spread(field: NumberField, rows: Sequence[Raw]) -> float:
    """What one step of distance is: the standard deviation in the rows, or a quarter of the range."""
    column = known_numbers(field, rows)
    ends = field.seen or field.limits or (0.0, 4.0)
    return float(column.std() if len(column) else 0.0) or (ends[1] - ends[0]) / 4 or 1.0


def known_numbers(field: NumberField, rows: Sequence[Raw]) -> Any:
    """The numbers that the rows have in a column, float64[rows], without those that are not known."""
    column = np.array([row[field.name] for row in rows], np.float64)
    return column[~np.isnan(column)]


def apart(field: Field, one: Any, other: Any, spread: float) -> float:
    """How far two values of a column are from one another; 1 where only one is known, or for another category."""
    if not isinstance(field, NumberField):
        return float(one != other)
    if math.isnan(one) or math.isnan(other):
        return float(math.isnan(one) != math.isnan(other))
    return abs(one - other) / spread


def said(field: NumberField, value: float) -> str:
    """A number as people write it, with its unit."""
    return field.describe(value).removeprefix(field.label).removeprefix(" = ").strip()
