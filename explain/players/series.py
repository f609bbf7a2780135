"""The players of a series: its cells, a step in a column each, runs of steps, and the time of year. Knows no model."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from inference.fields import SeriesField
from inference.masks import Cells, Kept
from inference.series import Series
from inference.units import quantity

from ..types import Feature, Partition
from .field import FieldPlayers, singles

DIRECT = 48
"""Cells that are players at once; more begin with runs of steps."""
RUNS = 16
"""Runs that a longer series is cut into, all columns together."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SeriesPlayers(FieldPlayers):
    """Cells, column by column, and the calendar where the model reads it.

    A hidden cell takes the value that it has in each reference window, or the mean of its own column.
    """

    kind = "series"
    masks: Cells

    def __init__(self, field: SeriesField, value: Series, stand_in: str) -> None:
        self.field, self.series, self.referenced = field, value, field.referenced
        steps, columns = value.cells.shape
        self.cells = np.arange(columns * steps).reshape(columns, steps)
        self.features = tuple(self._run([atom]) for atom in range(columns * steps))
        self.groups = singles(columns * steps) if columns * steps <= DIRECT else runs(self.cells)
        if field.calendar:
            self.groups = (*self.groups, (len(self.features),))
            self.features = (*self.features, Feature(f"{field.name}:calendar", field.name, "Time of year"))
        own = None if field.referenced else value.with_cells(np.tile(value.cells.mean(0), (steps, 1)))
        self.masks = Cells(self.cells.T, len(self.features) - 1 if field.calendar else -1, own)
        self.baseline = (
            f"hidden cells of {field.label} take their values from the same place in {stand_in}, averaged "
            "(interventional)"
            if field.referenced
            else f"hidden {field.step}s of {field.label} take the mean of all of them"
        )

    def otherwise(self) -> None:
        if self.masks.stand_in is not None:
            oldest = np.tile(self.series.cells[:1], (len(self.series), 1))
            self.masks = Cells(self.masks.places, self.masks.calendar, self.series.with_cells(oldest))
            self.baseline = f"hidden {self.field.step}s of {self.field.label} take the value of the oldest"

    def show(self, kept: Kept) -> Series:
        """Where windows are the reference, the whole series; `filled` hides there."""
        return self.series if self.masks.stand_in is None else self.filled(kept, self.masks.stand_in)

    def filled(self, kept: Kept, reference: Series) -> Series:
        seen = kept[self.masks.places]
        days = self.series.days if self.masks.calendar < 0 or kept[self.masks.calendar] else reference.days
        return self.series.with_cells(np.where(seen, self.series.cells, reference.cells), days)

    def together(self, atoms: Sequence[int]) -> Feature:
        return self.features[atoms[0]] if len(atoms) == 1 else self._run(atoms)

    def _run(self, atoms: Sequence[int]) -> Feature:
        """Neighbouring steps of one column, or a single one."""
        place, first = divmod(atoms[0], self.cells.shape[1])
        last, column = first + len(atoms) - 1, self.field.columns[place]
        ends = [self._named(step) for step in dict.fromkeys((first, last))]
        several = "" if len(self.field.columns) == 1 else column.label
        value = quantity(self.series.values[first][place], column.unit)
        if first == last:
            label = f"{several} = {value}, {ends[0]}" if several else f"{ends[0]}: {value}"
        else:
            label = f"{several}, {ends[0]} to {ends[1]}".removeprefix(", ")
        where = {"steps": [first, last + 1], "column": column.name}
        return Feature(f"{self.field.name}:{column.name}:{first}-{last + 1}", self.field.name, label, where)

    def _named(self, step: int) -> str:
        return said(self.series.name_of(step)) if self.series.days else ago(len(self.series) - 1 - step, self.field)


def runs(cells: np.ndarray) -> Partition:
    """Runs of neighbouring steps within each column, for cells [columns, steps]."""
    each = max(2, RUNS // len(cells))
    return tuple(tuple(run.tolist()) for row in cells for run in np.array_split(row, min(each, len(row))))


def said(day: str) -> str:
    """A day as it is said, `31 Jan`; anything else as it stands."""
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{read.day} {MONTHS[read.month - 1]}"


def ago(back: int, field: SeriesField) -> str:
    """`the last day`, `3 days before it`."""
    return f"the last {field.step}" if back == 0 else f"{back} {field.step}{'s' if back > 1 else ''} before"
