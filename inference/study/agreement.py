"""Two models on the same rows: how often they agree, and which is better where the truth is known. Knows no model.

Tests and intervals are scipy's.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..types import Record, absent
from .clusters import LEVEL, wilson
from .results import Answers

SEED, RESAMPLES = 0, 2_000
CLOSE = 0.01
"""Two values are the same to a reader whose difference is at most this share of the first."""


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

    same: the share of rows with the same first item or text, or with values less than 1 % apart. decisions: the share
    of rows with the same decision. difference: of the scores of what the first predicts, its size on average; null
    where the second has no score for it.
    """

    same: Mean
    decisions: Mean | None
    difference: float | None


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
    """The mean of float64[n] without NaN, and its percentile bootstrap interval. Raises ValueError if none is left."""
    from scipy.stats import bootstrap

    known = np.asarray(values, np.float64)[~np.isnan(values)]
    if not len(known):
        raise ValueError("there is no row to take the mean of")
    value = float(known.mean())
    if len(known) < 2:
        return Mean(value, None, None, len(known))
    found = bootstrap(
        (known,), np.mean, n_resamples=RESAMPLES, confidence_level=1 - LEVEL, method="percentile", rng=seed
    ).confidence_interval
    return Mean(value, float(found.low), float(found.high), len(known))


def share(holds: NDArray[np.bool_]) -> Mean:
    """The share of true among bool[n], with Wilson's interval."""
    value = float(holds.mean())
    return Mean(value, *wilson(value, len(holds)), len(holds))


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """The p-value of McNemar's exact test for bool[n] each, whether either was right; 1 where they never differ.

    Of the rows on which one alone is right, each is as likely to be it (McNemar 1947, by the exact binomial test).
    """
    from scipy.stats import binomtest

    only = int((first & ~second).sum()), int((second & ~first).sum())
    return float(binomtest(only[0], sum(only)).pvalue) if sum(only) else 1.0


def between(first: Answers, second: Answers) -> Agreement:
    """How far two models say the same of the same rows."""
    decided = None
    if first.decisions is not None and second.decisions is not None:
        decided = share(np.asarray(first.decisions == second.decisions, bool))
    apart = np.abs(of_first(first, first) - of_first(first, second))
    known = apart[~np.isnan(apart)]
    return Agreement(share(alike(first, second)), decided, float(known.mean()) if len(known) else None)


def alike(first: Answers, second: Answers) -> NDArray[np.bool_]:
    """In which rows both say the same, bool[n]."""
    if first.items != ("value",):
        return np.asarray(first.predicted == second.predicted, bool)
    a, b = (np.asarray(each.predicted, np.float64) for each in (first, second))
    return np.abs(a - b) <= CLOSE * np.abs(a)


def of_first(first: Answers, answers: Answers) -> NDArray[np.float64]:
    """The scores of what the first predicts, by one of the two, float64[n]; NaN where there is none."""
    if first.items == ("value",):
        return np.asarray(answers.scores[:, 0], np.float64)
    places = {item: i for i, item in enumerate(answers.items)}
    columns = [places.get(str(item), -1) for item in first.predicted]
    found = [row[i] if i >= 0 else np.nan for row, i in zip(answers.scores, columns, strict=True)]
    return np.array(found, np.float64)


def against(first: Answers, second: Answers, truth: NDArray[Any]) -> Quality | None:
    """Which is better on the rows whose truth is known; None where no row is, or it is no label or value."""
    if first.items == ("value",):
        known = ~np.isnan(truth.astype(np.float64))
        a, b, c = (np.asarray(each, np.float64)[known] for each in (first.predicted, second.predicted, truth))
        return of_values(a, b, c) if len(c) else None
    known = np.array([each is not None for each in truth], bool)
    a, b, c = (np.asarray(each, object)[known] for each in (first.predicted, second.predicted, truth))
    return of_labels(a, b, c) if len(c) else None


def of_labels(first: NDArray[Any], second: NDArray[Any], truth: NDArray[Any]) -> Quality:
    """Accuracies of two predictions, ids object[n] each."""
    right = np.asarray(first == truth, bool), np.asarray(second == truth, bool)
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
