"""Reference rows that represent the data, however few are used, and which columns go together. Knows no model."""

import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.fields import Field, SeriesField
from inference.task import Task
from inference.types import Raw

from .association import clusters
from .players import Reference

FEWEST, MOST = 25, 100
"""Reference rows of an explanation. Values against the first 25 of 100 rows are 6 to 10 % off those against all rows,
against the first 50 of them 3 to 5 %; a random choice is 12 to 19 % and 9 to 10 % off (three tables, measured by
tests/benchmarks/rows.py)."""
CONSIDERED = 1000
"""Rows that are chosen from; of more, a random sample."""
SEED = 7


class Background:
    """The reference rows of one table, best first: each prefix represents them all."""

    def __init__(self, rows: Sequence[Raw], fields: Sequence[Field]) -> None:
        """fields: the columns that hidden values are taken for."""
        self.all, self.fields = rows, fields

    @cached_property
    def ordered(self) -> tuple[Raw, ...]:
        """The rows that are chosen from, best first."""
        order = np.random.default_rng(SEED).permutation(len(self.all))[:CONSIDERED]
        rows = [self.all[i] for i in np.sort(order)]
        return tuple(rows[i] for i in herded(rows, self.fields))

    @cached_property
    def clusters(self) -> tuple[tuple[str, ...], ...]:
        """Names of correlated columns that are one player to begin with; none in a table of few columns."""
        return clusters(self.ordered, self.fields)

    def rows(self, evaluations: int | None = None) -> Reference:
        """The first rows, half as many as evaluations are allowed, so that neither error outweighs the other.

        From FEWEST to MOST, as far as there are so many.
        """
        count = MOST if evaluations is None else max(FEWEST, min(evaluations // 2, MOST))
        return self._reference(self.ordered[:count])

    def others(self, reference: Reference) -> Reference:
        """As many other rows, the first of those that `reference` leaves; where it leaves too few, a random half."""
        used = len(reference.rows)
        if len(self.ordered) >= 2 * used:
            return self._reference(self.ordered[used : 2 * used])
        half = np.random.default_rng(SEED).permutation(len(self.ordered))[: max(1, len(self.ordered) // 2)]
        return self._reference([self.ordered[i] for i in half])

    def _reference(self, rows: Sequence[Raw]) -> Reference:
        return Reference(tuple(rows), np.full(len(rows), 1 / max(len(rows), 1)), len(self.all), self.clusters)


_of: "weakref.WeakKeyDictionary[Task, Background]" = weakref.WeakKeyDictionary()


def of(task: Task) -> Background:
    """The background of a task, prepared once. Raises ModelError where its rows cannot be read."""
    known = _of.get(task)
    if known is None or known.all is not task.background:
        inputs = [field for field in task.demo.inputs if field.role == "input"]
        columns = [field for field in inputs if field.referenced]
        known = _of[task] = Background(task.background, columns)
    return known


def herded(rows: Sequence[Raw], fields: Sequence[Field]) -> NDArray[np.intp]:
    """An order of rows such that every prefix has nearly the distribution of all: herding by the energy distance.

    Each next row is the one that brings the prefix closest to all rows (Chen, Welling & Smola 2010, "Super-Samples from
    Kernel Herding", with the kernel −‖x − y‖ of Székely & Rizzo 2013). Numbers are standardised; two different
    categories are as far apart as two numbers on average. Deterministic.
    """
    if not rows or not fields:
        return np.arange(len(rows))
    points = np.concatenate([coordinates([row[field.name] for row in rows], field) for field in fields], axis=1)
    distances = np.sqrt(np.maximum(squares(points), 0))
    mean, inside = distances.mean(1), np.zeros(len(rows))
    order = np.empty(len(rows), np.intp)
    left = np.ones(len(rows), bool)
    for k in range(len(rows)):
        cost = np.where(left, mean * (k + 1) - inside, np.inf)
        order[k] = best = int(cost.argmin())
        left[best] = False
        inside += distances[best]
    return order


def coordinates(values: Sequence[object], field: Field) -> NDArray[np.float64]:
    """One column as float64[rows, d] whose rows are √2 apart in the root mean square; a constant has d = 0."""
    if field.kind == "number":
        points = np.array(values, dtype=np.float64)[:, None]
        known = points[~np.isnan(points)]
        points = np.nan_to_num(points, nan=known.mean() if len(known) else 0.0)  # what is not known is no extreme
    elif isinstance(field, SeriesField):
        points = cells_of(values)
    else:
        points = (np.array(values, dtype=object)[:, None] == sorted(set(values), key=str)).astype(np.float64)
    points -= points.mean(0)
    spread = float(np.sqrt((points**2).sum(1).mean()))
    return points / spread if spread > 0 else points[:, :0]


def cells_of(windows: Sequence[Any]) -> NDArray[np.float64]:
    """The cells of some series, float64[windows, steps · columns], each column on a scale of its own."""
    cells = np.stack([window.cells for window in windows])
    spread = cells.std((0, 1))
    return (cells / np.where(spread > 0, spread, 1)).reshape(len(windows), -1)


def squares(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances float64[rows, rows]."""
    norms = (points**2).sum(1)
    return norms[:, None] + norms - 2 * points @ points.T
