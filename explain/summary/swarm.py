"""The values of each column as dots that stand for rows alike, as few as a figure can show. Knows no field."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .records import Dot, Swarm

Numbers = NDArray[np.float64]
Held = Sequence[float | str | None]
"""What stands in a column, row by row: a number, a category, or nothing known."""

SHOWN = 12
"""Columns that have a swarm, the most important ones."""
BINS, LEVELS = 48, 5
"""Stretches of values, over all columns alike, and levels of what stands in the column: 288 dots a column at most."""


def swarms(
    names: Sequence[str], labels: Mapping[str, str], values: Numbers, held: Mapping[str, Held]
) -> tuple[Swarm, ...]:
    """Of float64[rows, names], the most important first, the first columns as dots."""
    some = values[:, :SHOWN]
    low, high = float(some.min(initial=0)), float(some.max(initial=0))
    return tuple(
        Swarm(name, labels[name], dots(some[:, i], levels(held[name]), (low, high)))
        for i, name in enumerate(names[:SHOWN])
    )


def dots(values: Numbers, level: Numbers, ends: tuple[float, float]) -> tuple[Dot, ...]:
    """Rows of like value and level together, from the lowest up: counts and Σ count · value are those of the rows.

    values, level: float64[rows], the level NaN where there is none; ends: what the stretches divide.
    """
    low, high = ends
    places = np.clip((values - low) / ((high - low) or 1) * BINS, 0, BINS - 1).astype(int)
    steps = np.where(np.isnan(level), LEVELS, np.rint(np.nan_to_num(level) * (LEVELS - 1))).astype(int)
    found = []
    keys, owner, counts = np.unique(places * (LEVELS + 1) + steps, return_inverse=True, return_counts=True)
    sums = np.bincount(owner.ravel(), weights=values, minlength=len(keys))
    for key, count, total in zip(keys.tolist(), counts.tolist(), sums.tolist(), strict=True):
        step = key % (LEVELS + 1)
        found.append(Dot(total / count, count, None if step == LEVELS else step / (LEVELS - 1)))
    return tuple(found)


def levels(held: Held, count: int = LEVELS) -> Numbers:
    """How high each number stands among all, from 0 to 1 in `count` steps of equally many rows; NaN of what is none."""
    numbers = numeric(held)
    known = np.sort(numbers[~np.isnan(numbers)])
    if not len(known) or known[0] == known[-1]:
        return np.full(len(numbers), np.nan)
    middle = (np.searchsorted(known, numbers, "left") + np.searchsorted(known, numbers, "right")) / 2 / len(known)
    return np.where(np.isnan(numbers), np.nan, np.minimum((middle * count).astype(int), count - 1) / (count - 1))


def numeric(held: Held) -> Numbers:
    """Numbers as they are, NaN of what is none."""
    return np.array([value if isinstance(value, float | int) else np.nan for value in held], np.float64)
