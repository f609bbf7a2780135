"""Two models on the same rows: how often they agree, and which is better where the truth is known. Knows no model.

Tests and intervals are scipy's.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from ..types import Record, absent

LEVEL, SEED, RESAMPLES = 0.95, 0, 2_000


@dataclass(frozen=True)
class Mean(Record):
    """A mean over rows, its 95 % interval (none of a single row), and how many rows there were."""

    value: float
    low: Annotated[float | None, absent]
    high: Annotated[float | None, absent]
    rows: int


@dataclass(frozen=True)
class Agreement(Record):
    """How far two models say the same.

    same: the share of rows with the same first label, or, for values, the rank correlation of both. decisions: the
    share of rows with the same decision. difference: the mean size of the difference of the scores of what the first
    predicts.
    """

    same: Mean
    decisions: Mean | None
    difference: float


@dataclass(frozen=True)
class Quality(Record):
    """Both against the truth.

    first, second: accuracy, or mean absolute error. gain: by how much the second is better, positive for better
    whichever the measure, with its interval. p: of the null hypothesis that both are equally good, two-sided.
    test: McNemar's exact test (1947) for labels, the paired bootstrap for values (then p is null).
    """

    measure: Literal["accuracy", "mean absolute error"]
    first: float
    second: float
    gain: Mean
    test: Literal["McNemar’s exact test", "paired bootstrap"]
    p: float | None


def mean(values: NDArray[np.float64], seed: int = SEED) -> Mean:
    """The mean of float64[n] with a percentile bootstrap interval; NaN are left out. Raises ValueError where none is."""
    from scipy.stats import bootstrap

    known = np.asarray(values, np.float64)[~np.isnan(values)]
    if not len(known):
        raise ValueError("there is no row to take the mean of")
    value = float(known.mean())
    if len(known) < 2:
        return Mean(value, None, None, len(known))
    found = bootstrap(
        (known,), np.mean, n_resamples=RESAMPLES, confidence_level=LEVEL, method="percentile", rng=seed
    ).confidence_interval
    return Mean(value, float(found.low), float(found.high), len(known))


def share(holds: NDArray[np.bool_]) -> Mean:
    """The share of true among bool[n], with Wilson's interval."""
    from scipy.stats import binomtest

    found = binomtest(int(holds.sum()), len(holds)).proportion_ci(LEVEL, method="wilson")
    return Mean(float(holds.mean()), float(found.low), float(found.high), len(holds))


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """The p-value of McNemar's exact test for bool[n] each, whether either was right; 1 where they never differ.

    Of the rows on which one alone is right, each is as likely to be it (McNemar 1947, by the exact binomial test).
    """
    from scipy.stats import binomtest

    only = int((first & ~second).sum()), int((second & ~first).sum())
    return float(binomtest(only[0], sum(only)).pvalue) if sum(only) else 1.0


def of_labels(first: NDArray[np.str_], second: NDArray[np.str_], truth: NDArray[np.str_]) -> Quality:
    """Accuracies of two predictions str[n] each."""
    right = first == truth, second == truth
    gain = mean(right[1].astype(float) - right[0].astype(float))
    accuracies = float(right[0].mean()), float(right[1].mean())
    return Quality("accuracy", *accuracies, gain, "McNemar’s exact test", mcnemar(*right))


def of_values(first: NDArray[np.float64], second: NDArray[np.float64], truth: NDArray[np.float64]) -> Quality:
    """Mean absolute errors of two predictions float64[n] each."""
    errors = np.abs(first - truth), np.abs(second - truth)
    gain = mean(errors[0] - errors[1])
    return Quality(
        "mean absolute error", float(errors[0].mean()), float(errors[1].mean()), gain, "paired bootstrap", None
    )


def correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Spearman's rank correlation of float64[n] each; None where one side has no order, or under three rows."""
    from scipy.stats import spearmanr

    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(spearmanr(first, second).statistic)
