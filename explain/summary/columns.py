"""The columns of many explained rows, and what also has a place of its own in every row: cells of a series, cars.

Knows no figure. Of a field with parts beside other fields, the sum of its parts counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.fields import Field, SeriesField
from inference.types import Raw

from ..types import Explanation, Feature
from .dependence import dependences
from .records import Dependence, Importance, Swarm
from .swarm import swarms

Numbers = NDArray[np.float64]

RESAMPLES, GROUPS, SEED = 999, 1_000, 0
"""Resamples of the bootstrap; more rows than GROUPS, which are in random order, are resampled as so many means."""


class Place(NamedTuple):
    """A column, or a place in a field: what it is called, and what stands in it, a number or a category, if that."""

    id: str
    label: str
    held: float | str | None = None


class Table(NamedTuple):
    """What follows from the columns."""

    importance: tuple[Importance, ...]
    swarms: tuple[Swarm, ...]
    dependence: tuple[Dependence, ...]


class Columns:
    """Values of one output, row by row and place by place."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = {field.name: field for field in fields}
        self.labels: dict[str, str] = {}
        self.values: list[dict[str, float]] = []
        self.held: list[dict[str, float | str]] = []

    def add(self, raw: Raw, explanation: Explanation) -> None:
        """One row."""
        values: dict[str, float] = defaultdict(float)
        held: dict[str, float | str] = {}
        numbers: Any = explanation.values  # of one output
        for feature, value in zip(explanation.features, numbers, strict=True):
            places = self.places(feature, raw)
            for place in places:
                self.labels.setdefault(place.id, place.label)
                values[place.id] += value / len(places)
                if place.held is not None:
                    held[place.id] = place.held
        self.values.append(dict(values))
        self.held.append(held)

    def places(self, feature: Feature, raw: Raw) -> list[Place]:
        """Where a feature's value counts: itself for a column, each step of a run of cells, else its field, if any."""
        field, where = self.fields[feature.field], feature.where or {}
        if "steps" in where and isinstance(field, SeriesField):
            return cells(field, raw[field.name], where)
        if "car" in where:
            return [car(feature, where, raw[field.name])]
        if not where:
            own = feature.id == field.name
            value = raw[field.name] if own and field.kind in ("number", "category") else None
            return [Place(feature.id, field.label if own else feature.label, value)]
        return [Place(field.name, field.label)] if len(self.fields) > 1 else []

    def matrix(self) -> tuple[list[str], Numbers]:
        """The places, and their values float64[rows, places]; 0 of what a row lacks."""
        names = list(self.labels)
        found = np.array([[row.get(name, 0.0) for name in names] for row in self.values], np.float64)
        return names, found.reshape(len(self.values), len(names))

    def table(self) -> Table:
        """What follows from the rows so far, the most important place first."""
        names, values = self.matrix()
        if not names or not len(values):
            return Table((), (), ())
        means = np.abs(values).mean(0)
        order = np.argsort(-means, kind="stable")
        low, high = intervals(np.abs(values))
        many = len(values) > 1
        found = tuple(
            Importance(
                names[i],
                self.labels[names[i]],
                float(means[i]),
                float(values[:, i].mean()),
                float(low[i]) if many else None,
                float(high[i]) if many else None,
            )
            for i in order
        )
        ranked = [names[i] for i in order]
        held = {name: [row.get(name) for row in self.held] for name in ranked}
        return Table(
            found,
            swarms(ranked, self.labels, values[:, order], held),
            dependences(ranked, self.labels, values[:, order], held, self.fields),
        )


def cells(field: SeriesField, series: Any, where: dict[str, Any]) -> list[Place]:
    """The steps of one column of a series, counted from the newest."""
    start, end = where["steps"]
    place = [column.name for column in field.columns].index(where["column"])
    column, newest = field.columns[place], len(series) - 1
    before = f"{column.label}, " if len(field.columns) > 1 else ""
    return [
        Place(
            f"{field.name}:{column.name}:{newest - step}",
            f"{before}{back(newest - step, field.step)}",
            series.values[step][place],
        )
        for step in range(start, end)
    ]


def back(steps: int, step: str) -> str:
    """`the last day`, `3 days before`."""
    return f"{steps} {step}{'s' if steps > 1 else ''} before" if steps else f"the last {step}"


def car(feature: Feature, where: dict[str, Any], scene: Any) -> Place:
    """A car, all parts of it together; of the own, each."""
    number, part = where["car"], where.get("part")
    if number:
        return Place(f"{feature.field}:{number}", f"car {number}")
    return Place(f"{feature.field}:{part}", f"your {part}", float(getattr(scene, str(part))))


def intervals(values: Numbers) -> tuple[Numbers, Numbers]:
    """Both ends of the 95 % intervals of the means of float64[rows, columns], by percentile bootstrap over rows.

    Efron 1979, "Bootstrap Methods: Another Look at the Jackknife". Rows must be in random order.
    """
    groups = np.array_split(values, min(len(values), GROUPS))
    means = np.array([group.mean(0) for group in groups])
    sizes = np.array([len(group) for group in groups]) / (len(values) / len(groups))
    draws = np.random.default_rng(SEED).multinomial(len(means), np.full(len(means), 1 / len(means)), RESAMPLES)
    resampled = (draws * sizes) @ means / (draws * sizes).sum(1, keepdims=True)
    low, high = np.percentile(resampled, [2.5, 97.5], axis=0)
    return low, high
