"""The value of a column by what stands in it, coloured by the column it goes together with most. Knows no figure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.fields import CategoryField, Field, SeriesField

from .records import Dependence, Point
from .swarm import Held, Numbers, levels, numeric

SHOWN = 6
"""Columns whose dependence is told, the most important ones."""
MOST = 300
"""Points of a figure: more rows are joined with those around them."""
GRIDS = (32, 24, 16, 12, 8)
"""Stretches across and up into which they are joined, as fine as MOST allows."""
FEWEST, COMPARED = 20, 10_000
"""Rows from which on another column can be named, and rows by which it is found."""
CHOICES = 24
"""Categories that are told apart, the commonest; the others are one."""
OTHERS = "all others"
LEVELS = 3


def dependences(
    names: Sequence[str],
    labels: Mapping[str, str],
    values: Numbers,
    held: Mapping[str, Held],
    fields: Mapping[str, Field],
) -> tuple[Dependence, ...]:
    """Of float64[rows, names], the most important first, the first columns that hold something."""
    some = [name for name in names if any(each is not None for each in held[name])]
    found = []
    for name in some[:SHOWN]:
        other = partner(name, some, values[:, [names.index(each) for each in some]], held)
        level = levels(held[other], LEVELS) if other else np.full(len(values), np.nan)
        points = joined(held[name], values[:, names.index(name)], level, order_of(fields.get(name)))
        found.append(Dependence(name, labels[name], unit_of(name, fields), points, labels[other] if other else None))
    return tuple(found)


def order_of(field: Field | None) -> Sequence[str]:
    """The categories of a field in their own order."""
    return field.choices if isinstance(field, CategoryField) else ()


def unit_of(name: str, fields: Mapping[str, Field]) -> str | None:
    """The unit of a column, or of a column of a series."""
    field = fields.get(name.split(":")[0])
    if isinstance(field, SeriesField):
        return next((each.unit for each in field.columns if each.name == name.split(":")[1]), None)
    return field.unit if field and field.name == name else None


def partner(name: str, names: Sequence[str], values: Numbers, held: Mapping[str, Held]) -> str | None:
    """The column of numbers that goes along most with what the column's own content leaves open of its values.

    shap's `approximate_interactions`: correlations within stretches of the column's own content. None of few rows.
    """
    if len(values) < FEWEST or len(names) < 2:
        return None
    from shap.utils import approximate_interactions

    step = max(min(len(values) // 10, 50), 1)
    rows = min(len(values) // step * step, COMPARED)  # whole stretches: of two rows, every correlation is 1
    codes = np.column_stack([coded(held[each][:rows]) for each in names])
    found: Any = approximate_interactions(names.index(name), values[:rows], codes)
    own = [names[i] for i in found if names[i] != name and not np.isnan(levels(held[names[i]])).all()]
    return own[0] if own else None


def coded(held: Held) -> Numbers:
    """A column as numbers: categories as their places, what is not known as the mean."""
    if any(isinstance(value, str) for value in held):
        places = {value: place for place, value in enumerate(sorted({str(value) for value in held}))}
        return np.array([places[str(value)] for value in held], np.float64)
    numbers = numeric(held)
    mean = float(np.nanmean(numbers)) if not np.isnan(numbers).all() else 0.0
    return np.nan_to_num(numbers, nan=mean)


def joined(held: Held, values: Numbers, level: Numbers, order: Sequence[str] = ()) -> tuple[Point, ...]:
    """The rows as at most MOST points: counts, and Σ count · value, are those of the rows that hold something."""
    if any(isinstance(each, str) for each in held):
        return of_categories(held, values, level, order)
    numbers = numeric(held)
    known = ~np.isnan(numbers)
    numbers, values, level = numbers[known], values[known], level[known]
    steps = np.where(np.isnan(level), LEVELS, np.rint(np.nan_to_num(level) * (LEVELS - 1))).astype(int)
    if len(numbers) <= MOST:
        owner = np.arange(len(numbers))
    for grid in GRIDS if len(numbers) > MOST else ():
        owner = places(numbers, grid) * 1_000 + places(values, grid) * 10 + steps
        if len(np.unique(owner)) <= MOST:
            break
    return tuple(
        Point(float(numbers[rows].mean()), float(values[rows].mean()), len(rows), step_of(steps[rows[0]]))
        for rows in groups(owner)
    )


def places(numbers: Numbers, count: int) -> NDArray[np.intp]:
    """Which of so many equal stretches each number lies in."""
    low, high = float(numbers.min()), float(numbers.max())
    return np.minimum(((numbers - low) / ((high - low) or 1) * count).astype(np.intp), count - 1)


def groups(owner: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The rows of each owner, in the owners' order."""
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(owner[order])) + 1) if len(owner) else []


def step_of(step: int) -> float | None:
    """A level from its step."""
    return None if step == LEVELS else float(step / (LEVELS - 1))


def of_categories(held: Held, values: Numbers, level: Numbers, order: Sequence[str]) -> tuple[Point, ...]:
    """The rows of each category, joined by value and level."""
    names = np.array([str(each) if each is not None else "" for each in held], dtype=object)
    common = [name for name, _ in Counter(names.tolist()).most_common(CHOICES)]
    names = np.array([name if name in common else OTHERS for name in names], dtype=object)
    ranked = [
        *(name for name in order if name in common),
        *sorted(name for name in common if name not in order),
        OTHERS,
    ]
    place = {name: i for i, name in enumerate(dict.fromkeys(ranked))}
    steps = np.where(np.isnan(level), LEVELS, np.rint(np.nan_to_num(level) * (LEVELS - 1))).astype(int)
    grid = max(2, MOST // len(common) // (LEVELS + 1))
    owner = np.array([place[name] for name in names]) * 10_000 + places(values, grid) * 10 + steps
    return tuple(
        Point(str(names[rows[0]]), float(values[rows].mean()), len(rows), step_of(steps[rows[0]]))
        for rows in groups(owner)
    )
