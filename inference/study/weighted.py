"""Measures of many draws at once: how often each draw holds each row, float64[draws, rows], to float64[draws].

Each equals scikit-learn's own function under `sample_weight`, which takes one draw at a time; the tests compare them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bootstrap import Statistic


def mean_of(losses: Any) -> Statistic:
    """The mean of a number of each row, float64[rows]."""
    values = np.asarray(losses, dtype=np.float64)
    return lambda held: (held @ values) / held.sum(1)


def root_mean_of(squares: Any) -> Statistic:
    """The root of the mean of a square of each row."""
    mean = mean_of(squares)
    return lambda held: np.sqrt(mean(held))


def explained(truth: Any, predicted: Any) -> Statistic:
    """R²: the share of the variance of float64[rows] that is explained."""
    true = np.asarray(truth, dtype=np.float64)
    missed, first, second = (
        mean_of((true - predicted) ** 2),
        mean_of(true - true.mean()),
        mean_of((true - true.mean()) ** 2),
    )

    def share(held: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = second(held) - first(held) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - missed(held) / np.where(spread > 0, spread, np.nan)

    return share


def mean_recall(truth: NDArray[np.int64], right: NDArray[np.bool_]) -> Statistic:
    """Balanced accuracy: the mean over classes, int64[rows], of the share of their rows that were got right."""
    from scipy.sparse import csr_array

    classes, which = np.unique(truth, return_inverse=True)
    member = csr_array((np.ones(len(truth)), (which, np.arange(len(truth)))), (len(classes), len(truth)))
    return lambda held: ((member @ (held * right).T) / (member @ held.T)).mean(0)


def f1(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> Statistic:
    """The harmonic mean of precision and recall of one class; 0 where it is neither true nor predicted."""
    both, either = (truth & predicted).astype(np.float64), truth.astype(np.float64) + predicted

    def score(held: NDArray[np.float64]) -> NDArray[np.float64]:
        total = held @ either
        return 2 * (held @ both) / np.where(total > 0, total, 1)

    return score


def roc_auc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Statistic:
    """The chance that a row of the class scores above one that is not of it, ties counted half."""
    counts = falling(truth, scores)

    def area(held: NDArray[np.float64]) -> NDArray[np.float64]:
        inside, outside = counts(held)
        below = outside.sum(0) - outside.cumsum(0)
        return (inside * (below + outside / 2)).sum(0) / (inside.sum(0) * outside.sum(0))

    return area


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Statistic:
    """The mean of the precisions at each threshold, weighted by the recall that each adds."""
    counts = falling(truth, scores)

    def area(held: NDArray[np.float64]) -> NDArray[np.float64]:
        inside, outside = counts(held)
        hits = inside.cumsum(0)
        flagged = hits + outside.cumsum(0)
        return (inside * hits / np.where(flagged > 0, flagged, 1)).sum(0) / inside.sum(0)

    return area


LEVELS = 5_000
"""Scores told apart in a draw. Of more rows, neighbours in rank are taken for ties: the areas under the curves of a
hundred thousand rows then change in their fifth digit, and a draw takes a tenth of the time."""


def falling(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Callable[[Any], tuple[Any, Any]]:
    """Of draws, how many rows of the class and how many others there are at each score, float64[scores, draws] each,
    from the highest score down."""
    from scipy.sparse import csr_array

    order = np.argsort(-scores, kind="stable")
    new = np.r_[False, np.diff(scores[order]) != 0]
    level = np.cumsum(new)
    if level[-1] >= LEVELS:
        level = level * LEVELS // (level[-1] + 1)
    own = truth[order]
    shape = (int(level[-1]) + 1, len(scores))
    inside, outside = (csr_array((some.astype(np.float64), (level, order)), shape) for some in (own, ~own))
    return lambda held: (inside @ held.T, outside @ held.T)


def mean_over(statistics: list[Statistic]) -> Statistic:
    """The mean of some measures, such as that of every class."""
    return lambda held: np.mean([each(held) for each in statistics], axis=0)


def gap(confidence: Any, right: Any, bins: int) -> Statistic:
    """Expected calibration error: how far confidence is from the share that was right, in bins of equal width.

    Guo et al. (2017, "On calibration of modern neural networks", equation 5); scikit-learn has none.
    """
    which = np.clip(np.ceil(np.asarray(confidence) * bins).astype(int) - 1, 0, bins - 1)
    over = np.zeros((len(which), bins))
    over[np.arange(len(which)), which] = np.asarray(confidence) - np.asarray(right, dtype=np.float64)
    return lambda held: np.abs(held @ over).sum(1) / held.sum(1)
