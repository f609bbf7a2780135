"""How forecasts are measured beside one another: misses with intervals over whole stretches of time.

Days that follow one another miss alike, so stretches of them are drawn together (a block bootstrap). Knows no model.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .bootstrap import of_mean, percentiles, samples
from .report import table

Numbers = NDArray[np.float64]


def blocks(count: int, length: int) -> NDArray[np.intp]:
    """Which stretch of `length` each of `count` steps belongs to, intp[count]."""
    return np.arange(count) // length


def beside(own: str, forecasts: Mapping[str, Numbers], truth: Numbers, groups: NDArray[np.intp]) -> str:
    """A table: each forecast's mean and root mean square miss, and how much more it misses than `own` on average.

    In brackets, 95 % bootstrap intervals over whole groups.
    """
    misses = {name: forecast - truth for name, forecast in forecasts.items()}
    draws, lines = list(samples(groups, 2000)), []
    for name, miss in misses.items():
        more = np.abs(miss) - np.abs(misses[own])
        cells = {"forecast": name, "mean miss": quoted(np.abs(miss), draws)}
        cells["root mean square"] = quoted(miss**2, draws, root=True)
        low, high = of_mean(more, groups)
        cells["misses more than ours by"] = "–" if name == own else f"{more.mean():+.2f} ({low:+.2f} to {high:+.2f})"
        lines.append(cells)
    return table(lines)


def against(own: Numbers, plain: Numbers, groups: NDArray[np.intp]) -> tuple[float, float, float]:
    """By which share the misses `own` are larger than `plain` on average, and the ends of its 95 % interval."""
    rows = [np.arange(len(own)), *samples(groups, 2000)]
    shares = [own[i].sum() / plain[i].sum() - 1 for i in rows]
    low, high = percentiles(shares[1:])
    return float(shares[0]), float(low), float(high)


def quoted(misses: Numbers, draws: list[NDArray[np.int64]], root: bool = False) -> str:
    """The mean of some misses, or its root, with its interval."""

    def of(values: Numbers) -> float:
        return float(np.sqrt(values.mean()) if root else values.mean())

    low, high = percentiles([of(misses[i]) for i in draws])
    return f"{of(misses):.2f} ({low:.2f} to {high:.2f})"
