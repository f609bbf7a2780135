"""One threshold for everything: what each would do, for all thresholds at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Record

ROUND, EVEN = 101, 401
"""Round thresholds from 0 to 1 of a probability, and those at even shares of the rows."""
ALL = 1_000
"""Distinct scores that are all thresholds of a slider."""


@dataclass(frozen=True)
class Sweep:
    """Counts at every distinct threshold, from the lowest to the highest: a row is flagged where its score is at least
    the threshold.

    thresholds float64[t]; true_positive, false_positive, false_negative, true_negative int64[t]. The last threshold
    lies above every score: nothing is flagged there.
    """

    thresholds: NDArray[np.float64]
    true_positive: NDArray[np.int64]
    false_positive: NDArray[np.int64]
    false_negative: NDArray[np.int64]
    true_negative: NDArray[np.int64]

    def at(self, thresholds: Any) -> "Sweep":
        """The same at other thresholds, float64[any], in O(log t) each."""
        asked = np.asarray(thresholds, dtype=np.float64)
        place = np.searchsorted(self.thresholds, asked, side="left").clip(max=len(self.thresholds) - 1)
        return Sweep(
            asked,
            self.true_positive[place],
            self.false_positive[place],
            self.false_negative[place],
            self.true_negative[place],
        )


@dataclass(frozen=True)
class Outcome(Record):
    """What one threshold does to some rows: counts, and the rates that follow, null of no rows.

    `selected` is the share of rows flagged; `precision` that of flagged rows that are true; `recall` and `false_alarms`
    those of true and of other rows that are flagged.
    """

    threshold: float
    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    selected: float | None
    precision: float | None
    recall: float | None
    false_alarms: float | None
    accuracy: float | None


def sweep(truth: Any, scores: Any) -> Sweep:
    """Every distinct score as a threshold, in O(n log n). truth: bool[rows]; scores: float64[rows], finite."""
    from sklearn.metrics import confusion_matrix_at_thresholds

    true, given = np.asarray(truth, dtype=bool), np.asarray(scores, dtype=np.float64)
    if not len(true):
        none = np.zeros(1, dtype=np.int64)
        return Sweep(np.array([np.inf]), none, none, none, none)
    # From the highest score down; scikit-learn warns where nothing is true, or everything
    counts = confusion_matrix_at_thresholds(true, given, pos_label=True)
    tn, fp, fn, tp = (np.asarray(each)[::-1].round().astype(np.int64) for each in counts[:4])
    at = np.asarray(counts[4], dtype=np.float64)[::-1]
    if np.isfinite(at[-1]):
        at = np.append(at, np.inf)
        tp, fp = np.append(tp, 0), np.append(fp, 0)
        fn, tn = np.append(fn, true.sum()), np.append(tn, (~true).sum())
    return Sweep(at, tp, fp, fn, tn)


def outcomes(swept: Sweep) -> tuple[Outcome, ...]:
    """Counts and rates at each threshold of a sweep."""
    columns = (swept.thresholds, swept.true_positive, swept.false_positive, swept.false_negative, swept.true_negative)
    return tuple(outcome(*row) for row in zip(*(each.tolist() for each in columns), strict=True))


def outcome(threshold: float, tp: int, fp: int, fn: int, tn: int) -> Outcome:
    """Counts with the rates that follow."""
    rows = tp + fp + fn + tn
    selected, precision = over(tp + fp, rows), over(tp, tp + fp)
    return Outcome(
        threshold, tp, fp, fn, tn, selected, precision, over(tp, tp + fn), over(fp, fp + tn), over(tp + tn, rows)
    )


def over(part: int, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def grid(scores: Any, probability: bool, also: Any = ()) -> NDArray[np.float64]:
    """Thresholds for a slider, rising: round ones of a probability, and every score, or of many those at even shares of
    the rows, because most may lie close together; `also` those that must be among them."""
    given = np.unique(np.asarray(scores, dtype=np.float64))
    even = given if len(given) <= ALL else np.quantile(scores, np.linspace(0, 1, EVEN), method="higher")
    above = np.nextafter(given[-1], np.inf)
    round_ones = np.linspace(0, 1, ROUND).round(4) if probability else np.array([])
    return np.unique(np.concatenate([even, [above], round_ones, np.asarray(also, dtype=np.float64)]))
