"""Whether one row is like the rows that a model knows: nearer to some of them than all but 1 % of them are to another.

Each column may be usual and the row still be unlike all others; and in 30 columns, something is always beyond 99 %.
Fields warn of single values beyond the training data; this is about the row as a whole, and names its columns.
"""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..fields import CategoryField, NumberField
from ..task import Task
from ..types import Raw, Record
from ..units import listed, percent, quantity

FEWEST, MOST = 50, 1_000
"""Reference rows that it takes, and that are enough."""
RARE = 0.01
"""Share of the known rows that are called unlike by construction, and share of them beyond which a value is told."""


@dataclass(frozen=True)
class Likeness(Record):
    """like: whether it is. share: of the known rows that are further from their nearest neighbour than this row from
    its own. words: a line for people."""

    like: bool
    share: float
    words: str


class Neighbours:
    """Known rows as points, numbers in spreads of their column."""

    def __init__(self, rows: Sequence[Raw], fields: Sequence[NumberField | CategoryField]) -> None:
        self.fields, self.rows = fields, rows[:MOST]
        self.scales = {field.name: scale([row[field.name] for row in self.rows]) for field in fields if number(field)}
        self.points = np.array([self.point(row) for row in self.rows])
        self.nearest = np.sort([np.partition(self.distances(point), 1)[1] for point in self.points])

    def point(self, row: Raw) -> NDArray[np.float64]:
        """float64[d]: numbers standardised, what is not known in the middle; categories by their place, as an id."""
        return np.array([self.coordinate(field, row[field.name]) for field in self.fields])

    def coordinate(self, field: NumberField | CategoryField, value: object) -> float:
        """One column's."""
        if isinstance(field, CategoryField):
            return float(field.choices.index(value)) if value in field.choices else -1.0
        middle, spread = self.scales[field.name]
        return 0.0 if value != value else (float(value) - middle) / spread  # type: ignore[arg-type]  # a number, by its field

    def distances(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """To each known row, float64[rows]: of numbers how far in spreads, of categories 1 where they differ."""
        numbers = np.array([number(field) for field in self.fields])
        apart = np.abs(self.points - point)
        return np.where(numbers, apart, 1.0 * (apart > 0)).sum(1)

    def asked(self, row: Raw, warned: Sequence[str] = ()) -> Likeness:
        """Whether a row is like them; what was `warned` of is not told again."""
        nearest = float(self.distances(self.point(row)).min())
        share = float((self.nearest >= nearest).mean())
        them = f"the model's {len(self.rows):,} reference rows"
        if share > RARE:
            return Likeness(True, share, f"Like {them}.")
        fields = [field for field in self.fields if not any(each.startswith(field.label) for each in warned)]
        odd = sorted(filter(None, (self.odd(field, row[field.name]) for field in fields)))
        told = f": {listed([words for _, words in odd[:3]])}" if odd else "" if warned else ", all values together"
        return Likeness(False, share, f"Unlike {them}{told}.")

    def odd(self, field: NumberField | CategoryField, value: object) -> tuple[float, str] | None:
        """How rare a value is among the known rows, and that in words; None where it is not."""
        values = [row[field.name] for row in self.rows]
        if isinstance(field, CategoryField):
            share = values.count(value) / len(values)
            return (share, f"{field.label} {value}, as {percent(share)} of them") if share <= RARE else None
        numbers = np.array(values, np.float64)
        if value != value:
            share = float(np.isnan(numbers).mean())
            return (share, f"{field.label} not known, as in {percent(share)} of them") if share <= RARE else None
        got = float(value)  # type: ignore[arg-type]  # a number, by its field
        beyond, side = min((float((numbers >= got).mean()), "above"), (float((numbers <= got).mean()), "below"))
        if beyond <= RARE:
            many = "all" if beyond == 0 else percent(1 - beyond)
            return beyond, f"{field.label} {quantity(got, field.unit)} is {side} {many} of them"
        return None


def number(field: NumberField | CategoryField) -> bool:
    """Whether a column is one of numbers."""
    return isinstance(field, NumberField)


def scale(values: Sequence[float]) -> tuple[float, float]:
    """Middle and spread of the known numbers: median, and half the distance between the 16th and 84th percentile."""
    known = np.array(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return 0.0, 1.0
    low, middle, high = np.percentile(known, (16, 50, 84))
    return float(middle), float((high - low) / 2 or known.std() or 1.0)


_of: "weakref.WeakKeyDictionary[Task, Neighbours]" = weakref.WeakKeyDictionary()


def likeness(task: Task, raw: Raw, warned: Sequence[str] = ()) -> Likeness | None:
    """Whether a checked input is like the model's reference rows; None for models without enough rows of a table.

    warned: what is said of it already, a field's label first.

    Raises ModelError where the reference rows cannot be read.
    """
    if not task.demo.background:
        return None
    fields = [field for field in task.demo.inputs if field.role == "input"]
    columns = [field for field in fields if isinstance(field, NumberField | CategoryField)]
    if len(columns) < len(fields) or len(task.background) < FEWEST:
        return None
    if task not in _of:
        _of[task] = Neighbours(task.background, columns)
    return _of[task].asked(raw, warned)
