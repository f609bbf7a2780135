"""Rows that belong together, as several of one customer do: which they are, and how exact a mean over them is.

Such rows are alike, so that they tell less than as many that have nothing to do with one another. Knows no measure.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""One less the level of intervals, and the share of false findings among findings that is allowed."""


def coded(cells: Sequence[Any]) -> NDArray[np.intp]:
    """The number of each row's cluster, intp[rows]; a row whose cell is empty belongs to no other."""
    texts = np.array(["" if cell is None or cell != cell else str(cell).strip() for cell in cells], np.str_)
    names, which = np.unique(texts, return_inverse=True)
    alone = texts == ""
    return np.where(alone, len(names) + np.arange(len(texts)), which)


def count(clusters: NDArray[np.intp] | None) -> int:
    """How many there are; 0 where there are none."""
    return 0 if clusters is None else int((np.bincount(clusters) > 0).sum())


def spread(influence: NDArray[np.float64], clusters: NDArray[np.intp]) -> float:
    """The standard error of a sum to which each row adds its influence, float64[rows], whole clusters being drawn.

    Liang and Zeger (1986, "Longitudinal data analysis using generalized linear models"), with the usual correction for
    few clusters; NaN of a single one.
    """
    sums, groups = np.bincount(clusters, influence), count(clusters)
    if groups < 2:
        return float("nan")
    return float(np.sqrt(groups / (groups - 1) * (sums**2).sum()))


def effective(hits: NDArray[Any], clusters: NDArray[np.intp]) -> float:
    """How many independent rows would tell as much of the share of hits, bool[rows]; at most as many as there are.

    The adjusted size of Korn and Graubard (1998, "Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data"), with which an interval for independent rows holds; of rows that are
    all alike, that many clusters.
    """
    from scipy.special import stdtrit

    values = np.asarray(hits, np.float64)
    rows, share, groups = len(values), float(values.mean()), count(clusters)
    if groups < 2:
        return 1.0
    error = spread((values - share) / rows, clusters)
    size = share * (1 - share) / error**2 if error > 0 else groups
    fewer = stdtrit(rows - 1, 1 - LEVEL / 2) / stdtrit(groups - 1, 1 - LEVEL / 2)
    return float(min(rows, max(1.0, size * fewer**2)))


def wilson(share: float, rows: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927) of so many rows, which need not be whole."""
    from scipy.special import ndtri

    z = float(ndtri(1 - LEVEL / 2))
    middle, scale = share + z**2 / (2 * rows), 1 + z**2 / rows
    half = z * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    low, high = float((middle - half) / scale), float((middle + half) / scale)
    return max(0.0, min(low, share)), min(1.0, max(high, share))  # shares of 0 and 1 are its ends, but for rounding


def mean_interval(values: NDArray[np.float64], clusters: NDArray[np.intp]) -> tuple[float, float] | None:
    """Student's 95 % interval of the mean of amounts; None where it has none."""
    from scipy import stats

    error, groups = spread((values - values.mean()) / len(values), clusters), count(clusters)
    if groups < 2 or not error > 0:
        return None
    low, high = stats.t.interval(1 - LEVEL, groups - 1, values.mean(), error)
    return float(low), float(high)


def difference(
    values: NDArray[np.float64],
    inside: NDArray[np.bool_],
    clusters: NDArray[np.intp],
    alternative: Literal["two-sided", "greater"] = "two-sided",
) -> float | None:
    """The p-value of equal means of the rows inside and of the others, of float64[rows]; None where there is no test.

    A cluster may have rows on either side. Student's test with a degree of freedom less than there are clusters.
    """
    from scipy import stats

    apart = values[inside].mean() - values[~inside].mean()
    influence = np.where(inside, (values - values[inside].mean()) / inside.sum(), 0.0)
    influence -= np.where(~inside, (values - values[~inside].mean()) / (~inside).sum(), 0.0)
    error, groups = spread(influence, clusters), count(clusters)
    if groups < 2 or not error > 0:
        return None
    above = float(stats.t.sf(apart / error, groups - 1))
    return above if alternative == "greater" else 2 * min(above, 1 - above)
