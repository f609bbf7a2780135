"""What an inspector looks at: curves and tables of counts, of some hundred points at most, however many the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Record
from .clusters import effective, wilson

POINTS = 200
"""Points of a curve."""
BINS = 10
"""Bins of a calibration curve, each with the same number of rows."""
PARTS = 20
"""Bins of residuals at most, each with the same number of rows."""
LABELS = 20
"""Labels of a confusion matrix; of more, those with the most rows, and the rest together."""
REST = "all others"


@dataclass(frozen=True)
class Curve(Record):
    """Points from left to right; thresholds: that of each point, null where none leads there. `chance` is that of
    the naive rival: at each x the same, or the diagonal where it is null."""

    name: str
    across: str
    up: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    thresholds: tuple[float | None, ...]
    chance: float | None = None


@dataclass(frozen=True)
class Calibration(Record):
    """Bins of rows by their predicted probability: its mean, the share that is true, its 95 % interval, and rows."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Confusion(Record):
    """Rows by their true label, down, and the predicted one, across."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Residuals(Record):
    """Truth minus prediction in bins of rows by their prediction: percentiles 5, 25, 50, 75 and 95 of each bin.

    `edges` and `counts` are a histogram of all residuals, the outermost 1 % on either side in its last bins.
    """

    predicted: tuple[float, ...]
    percentiles: tuple[tuple[float, float, float, float, float], ...]
    rows: tuple[int, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def roc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
    """True positives against false ones. truth: bool[rows], both kinds present; scores: float64[rows]."""
    from sklearn.metrics import roc_curve

    across, up, at = roc_curve(truth, scores)
    return thinned("ROC", "false positive rate", "true positive rate", across, up, at)


def precision_recall(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
    """Precision against recall, from the highest threshold down."""
    from sklearn.metrics import precision_recall_curve

    up, across, at = precision_recall_curve(truth, scores)
    at = np.append(at, np.nan)
    return thinned("Precision and recall", "recall", "precision", across[::-1], up[::-1], at[::-1], float(truth.mean()))


def lift(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
    """How much commoner the label is among the highest scores than among all, by the share of rows that are taken."""
    from sklearn.metrics import confusion_matrix_at_thresholds

    _, false, _, true, at = confusion_matrix_at_thresholds(truth, scores)
    taken = true + false
    some = taken > 0
    up = (true[some] / taken[some]) / truth.mean()
    return thinned(
        "Lift", "share of rows, highest scores first", "times as common", taken[some] / len(truth), up, at[some], 1.0
    )


def thinned(name: str, across: str, up: str, x: Any, y: Any, at: Any, chance: float | None = None) -> Curve:
    """A curve of at most `POINTS` points: both ends, and of the others every so many."""
    keep = np.unique(np.linspace(0, len(x) - 1, POINTS).round().astype(int)) if len(x) > POINTS else np.arange(len(x))
    thresholds = tuple(float(each) if np.isfinite(each) else None for each in np.asarray(at)[keep])
    return Curve(
        name, across, up, tuple(np.asarray(x)[keep].tolist()), tuple(np.asarray(y)[keep].tolist()), thresholds, chance
    )


def calibration(
    truth: NDArray[np.bool_], scores: NDArray[np.float64], belongs: NDArray[np.intp] | None = None
) -> Calibration:
    """How often the label is true among rows of like probability. scores: float64[rows] from 0 to 1.

    belongs: the cluster of each row, intp[rows], where rows have something to do with one another.
    """
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(truth, scores, n_bins=BINS, strategy="quantile")
    # The same bins, to count their rows
    edges = np.percentile(scores, np.linspace(0, 100, BINS + 1))
    which = np.searchsorted(edges[1:-1], scores)
    bins = np.unique(which)
    rows = np.bincount(which, minlength=BINS)[bins].tolist()
    sizes = rows if belongs is None else [effective(truth[which == each], belongs[which == each]) for each in bins]
    ends = tuple(wilson(float(share), size) for share, size in zip(observed, sizes, strict=True))
    return Calibration(tuple(predicted.tolist()), tuple(observed.tolist()), ends, tuple(rows))


def confusion(truth: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> Confusion:
    """True labels against predicted ones; labels: all there could be, in the order in which they are to stand."""
    from sklearn.metrics import confusion_matrix

    true, said = (np.asarray([str(each) for each in some], dtype=object) for some in (truth, predicted))
    if len(labels) > LABELS:
        common = sorted(labels, key=lambda label: -int((true == label).sum() + (said == label).sum()))[: LABELS - 1]
        labels = [*(label for label in labels if label in set(common)), REST]
        true, said = (np.where(np.isin(some, labels), some, REST) for some in (true, said))
    counts = confusion_matrix(true.astype(str), said.astype(str), labels=list(labels))
    return Confusion(tuple(labels), tuple(tuple(row) for row in counts.tolist()))


def residuals(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> Residuals:
    """How far off the predictions are, by how large they are. float64[rows] each, finite."""
    off, order = truth - predicted, np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, min(PARTS, max(1, len(order) // 5))) if len(part)]
    spread = [tuple(np.percentile(off[part], (5, 25, 50, 75, 95)).tolist()) for part in parts]
    low, high = np.percentile(off, (1, 99))
    edges = np.linspace(low, high if high > low else low + 1, 31)
    counts, _ = np.histogram(off.clip(edges[0], edges[-1]), edges)
    middle = tuple(float(np.median(predicted[part])) for part in parts)
    return Residuals(middle, tuple(spread), tuple(map(len, parts)), tuple(edges.tolist()), tuple(counts.tolist()))
