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

FINEST = 360
"""Parts that a series falls into at most; longer ones have runs of steps as their smallest parts."""
DIRECT, RUNS = 48, 16
"""Parts that are players at once; more begin with runs of steps, so many of them over all columns."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SeriesPlayers(FieldPlayers):
    """Cells, column by column, and the calendar where the model reads it.

    A hidden cell takes the value that it has in each reference window, or the mean of its own column.
    """

    kind = "series"
    words = "days and columns"
    masks: Cells

    def __init__(self, field: SeriesField, value: Series, stand_in: str) -> None:
        self.field, self.series, self.referenced = field, value, field.referenced
        steps, columns = value.cells.shape
        cuts = np.array_split(np.arange(steps), max(1, min(steps, FINEST // columns)))
        self.runs = [(place, int(run[0]), int(run[-1])) for place in range(columns) for run in cuts]
        self.features = tuple(self.together([atom]) for atom in range(len(self.runs)))
        self.groups = groups(len(cuts), columns)
        if field.calendar:
            self.groups = (*self.groups, (len(self.features),))
            self.features = (*self.features, Feature(f"{field.name}:calendar", field.name, "Time of year"))
        parts = np.repeat(np.arange(len(cuts)), list(map(len, cuts)))[:, None] + len(cuts) * np.arange(columns)
        mean = None if field.referenced else value.with_cells(np.tile(value.cells.mean(0), (steps, 1)))
        self.masks = Cells(parts, len(self.features) - 1 if field.calendar else -1, mean)
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
        if atoms[0] == len(self.runs):
            return self.features[-1]  # the calendar
        place, first, _ = self.runs[atoms[0]]
        last, column = self.runs[atoms[-1]][2], self.field.columns[place]
        when = self._named(first, last)
        if first == last and len(self.field.columns) == 1:
            label = f"{when}: {quantity(self.series.values[first][place], column.unit)}"
        elif first == last:
            label = f"{column.label} = {quantity(self.series.values[first][place], column.unit)}, {when}"
        else:
            label = when if len(self.field.columns) == 1 else f"{column.label}, {when}"
        where = {"steps": [first, last + 1], "column": column.name}
        return Feature(f"{self.field.name}:{column.name}:{first}-{last + 1}", self.field.name, label, where)

    def _named(self, first: int, last: int) -> str:
        """What some neighbouring steps are called: by their days, or by how far back they lie."""
        if self.series.days:
            return " to ".join(dict.fromkeys(said(self.series.days[step]) for step in (first, last)))
        newest = len(self.series) - 1
        return ago(newest - last, newest - first, self.field.step)


def groups(steps: int, columns: int) -> Partition:
    """The players to begin with, of `steps` parts in each column: the parts, or runs of them where there are many."""
    if steps * columns <= DIRECT:
        return singles(steps * columns)
    runs = np.array_split(np.arange(steps), min(steps, max(2, RUNS // columns)))
    return tuple(tuple((run + column * steps).tolist()) for column in range(columns) for run in runs)


def said(day: str) -> str:
    """A day as it is said, `31 Jan`; anything else as it stands."""
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{read.day} {MONTHS[read.month - 1]}"


def ago(near: int, far: int, step: str) -> str:
    """`the last day`, `3 days before`, `3 to 8 days before`, counted from the last."""
    if near == far == 0:
        return f"the last {step}"
    if near == 0:
        return f"the last {far + 1} {step}s"
    return f"{near} {step}{'s' if near > 1 else ''} before" if near == far else f"{near} to {far} {step}s before"
