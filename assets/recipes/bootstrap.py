"""Intervals by resampling (Efron 1979): rows drawn again with replacement, and the middle 95 % of what they give.

Knows no measure and no model. Rows that belong together are drawn together: whole reviews, whole templates.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import clopper_pearson

Ends = tuple[float, float]


def samples(groups: NDArray[Any], count: int, seed: int = 0) -> Iterator[NDArray[np.int64]]:
    """Yield `count` samples int64[about n] of the places of n rows, of which whole groups [n] are drawn."""
    _, places = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])


def percentiles(sampled: Sequence[Any] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2.5th and 97.5th percentile of float64[samples, ...]: float64[2, ...]."""
    return np.percentile(np.asarray(sampled, dtype=np.float64), [2.5, 97.5], axis=0)


def of_mean(values: NDArray[Any], groups: NDArray[Any] | None = None, count: int = 2000, seed: int = 0) -> Ends:
    """95 % interval of the mean of numbers or truths [n], of which whole groups [n] are drawn; single rows if None."""
    _, places = np.unique(np.arange(len(values)) if groups is None else groups, return_inverse=True)
    sums, sizes = np.bincount(places, values), np.bincount(places)
    picks = np.random.default_rng(seed).integers(len(sums), size=(count, len(sums)))
    low, high = percentiles(sums[picks].sum(axis=1) / sizes[picks].sum(axis=1))
    return float(low), float(high)


def of_share(hits: NDArray[np.bool_], groups: NDArray[Any], count: int = 2000) -> Ends:
    """95 % interval of the share of bool[n], of which whole groups [n] are drawn.

    Of none or of all the bootstrap draws nothing else; there the exact binomial interval stands in.
    """
    return of_mean(hits, groups, count) if 0 < hits.sum() < len(hits) else clopper_pearson(int(hits.sum()), len(hits))


def quote(value: float, ends: Sequence[float] | NDArray[np.float64], sign: str = "") -> str:
    """A figure with its interval, as the cards print it."""
    return f"{value:{sign}.3f} ({ends[0]:{sign}.3f} to {ends[1]:{sign}.3f})"
