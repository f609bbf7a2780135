"""Cells of a series, and runs of them, moved up or down."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from inference.fields import SeriesField
from inference.series import Series
from inference.units import decimals, quantity

from ..players.series import SeriesPlayers
from ..types import Feature
from .edit import Edit, FieldEdits, Known

SHIFTS = (-0.5, 0.5, -1.0, 1.0, -2.0, 2.0)
"""How far cells are moved, in spreads of their column."""


class SeriesEdits(FieldEdits):
    """The parts that a series falls into for an explanation, each moved as a whole and within the column's limits."""

    kind = "series"

    def __init__(self, field: SeriesField, value: Series, known: Known) -> None:
        self.field, self.raw = field, value
        players = SeriesPlayers(field, value, known.stand_in)
        self.units = [unit for unit in players.groups if unit[0] < len(players.runs)]  # the calendar stays
        self.places = [plain(players.together(unit)) for unit in self.units]
        self.where = [players.masks.places[..., None] == np.array(unit) for unit in self.units]
        self.where = [each.any(-1) for each in self.where]
        self.columns = [int(np.flatnonzero(each.any(0))[0]) for each in self.where]
        self.spreads = [spread(field, value, known, column) for column in range(len(field.columns))]
        self.options = [[self.edit(i, s * self.spreads[c]) for s in SHIFTS] for i, c in enumerate(self.columns)]

    def value(self, edits: Mapping[int, Edit]) -> Series:
        cells = self.raw.cells
        for place, edit in edits.items():
            cells[self.where[place]] = self.moved(place, edit.after)
        return self.raw.with_cells(cells)

    def moved(self, place: int, shift: float) -> Any:
        """The cells of a place after a shift, float64[cells]."""
        column = self.field.columns[self.columns[place]]
        return np.clip(self.raw.cells[self.where[place]] + shift, *(column.limits or (-np.inf, np.inf)))

    def edit(self, place: int, shift: float) -> Edit:
        """The cells moved by so much, in the column's unit."""
        scale = self.spreads[self.columns[place]]
        shift = round(shift, decimals(scale))
        return Edit(shift, self.told(place, self.moved(place, shift)), abs(shift) / scale)

    def before(self, place: int, edit: Edit) -> str:
        return self.told(place, self.raw.cells[self.where[place]])

    def told(self, place: int, cells: Any) -> str:
        """Some cells, for people: their number, or their mean."""
        unit = self.field.columns[self.columns[place]].unit
        mean = quantity(float(cells.mean()), unit)
        return mean if len(cells) == 1 else f"{mean} on average"

    def closer(self, place: int, edit: Edit, share: float) -> Edit | None:
        found = self.edit(place, edit.after * share)
        return found if 0 < abs(found.after) < abs(edit.after) else None

    def sent(self, value: Any) -> Any:
        dated = [{"date": day} for day in value.days] or [{} for _ in value.values]
        rows = [dict(zip(value.columns, row, strict=True)) for row in value.values]
        return [day | row for day, row in zip(dated, rows, strict=True)]


def plain(feature: Feature) -> Feature:
    """A feature whose label leaves out the number, which stands beside it: `Temperature, 3 Nov`, `3 steps before`."""
    label = re.sub(r" = [^,]*(,\d{3}[^,]*)*(?=, )|: [^:]*$", "", feature.label)
    return replace(feature, label=label)


def spread(field: SeriesField, value: Series, known: Known, column: int) -> float:
    """One step of distance: the standard deviation of a column in the reference windows, or else in the series."""
    rows = [row[field.name].cells[:, column] for row in known.rows] if field.referenced else []
    cells = np.concatenate(rows or [value.cells[:, column]])
    return float(cells.std()) or abs(float(cells.mean())) or 1.0
