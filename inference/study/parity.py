"""A threshold for each group, so that groups fare alike in a stated sense, and what that costs: fairlearn's.

Hardt, Price and Srebro (2016), "Equality of opportunity in supervised learning". Thresholds are found on one half of
the rows and judged on the other, both ways round, so that they are not praised for fitting the rows they were made of.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..types import Record
from .costs import Costs, cheapest
from .fairness import SMALL, Fairness, fairness, named
from .thresholds import sweep

Goal = Literal["demographic_parity", "true_positive_rate_parity", "false_positive_rate_parity", "equalized_odds"]

GOALS: dict[Goal, str] = {
    "demographic_parity": "the same share of every group is flagged",
    "true_positive_rate_parity": "of those that are true, the same share of every group is flagged",
    "false_positive_rate_parity": "of those that are not, the same share of every group is flagged",
    "equalized_odds": "both shares, of those that are true and of those that are not, are the same in every group",
}
"""Each goal in words."""

MEANS = (
    "To use a threshold for each group, the group of every person must be known when the decision is made, and people"
    " are treated differently for it. The law may forbid that, as the Equal Credit Opportunity Act of the United States"
    " does for loans."
)
GRID = 200
"""Steps in which fairlearn looks for thresholds."""


@dataclass(frozen=True)
class GroupRule(Record):
    """A group's threshold; where the goal needs a lot to be drawn, the share of lots that fall on `other` instead.

    A null threshold flags nobody. always: the share that is flagged (`constant` 1) or passed (0) whatever the score is.
    """

    name: str
    threshold: float | None
    other: float | None = None
    lots: float = 0.0
    always: float = 0.0
    constant: float = 0.0


@dataclass(frozen=True)
class Parity(Record):
    """What a goal leads to, beside one threshold for all: rates per group before and after, accuracy, and cost a row.

    accuracy, cost: under the given threshold for all, the most accurate one for all, and one per group, which fairlearn
    makes as accurate as the goal allows. means: what it takes to use such thresholds.
    """

    goal: Goal
    column: str
    rules: tuple[GroupRule, ...]
    before: Fairness
    after: Fairness
    accuracy: tuple[float, float, float]
    cost: tuple[float, float, float]
    left_out: tuple[str, ...]
    means: str = MEANS


def parity(
    goal: Goal,
    column: str,
    truth: Any,
    scores: Any,
    groups: Any,
    threshold: float,
    costs: Costs | None = None,
    seed: int = 0,
    belongs: NDArray[np.intp] | None = None,
) -> Parity:
    """Thresholds per group for a goal. truth: bool[rows]; scores: float64[rows]; groups: object[rows].

    threshold: the one for all, to compare with. belongs: the cluster of each row, as for `fairness`.
    Groups that are small, or all true or false, are left out and named.
    Raises InputError.
    """
    if goal not in get_args(Goal):
        raise InputError.among("goal", goal, get_args(Goal))
    true, given, own = np.asarray(truth, dtype=bool), np.asarray(scores, dtype=np.float64), named(groups).astype(str)
    names = [str(name) for name in np.unique(own)]
    fit = [name for name in names if fits(true[own == name])]
    if len(fit) < 2:
        raise InputError(
            f"Thresholds per group need two groups with {SMALL} rows that are true and others that are not."
        )
    some = np.isin(own, fit)
    true, given, own = true[some], given[some], own[some]
    belongs = None if belongs is None else belongs[some]
    before, charge = given >= threshold, costs or Costs()
    single, flagged = crossed(goal, true, given, own, seed, belongs)
    return Parity(
        goal,
        column,
        tuple(rules(fitted(goal, true, given, own))),
        fairness(column, true, before, own, seed, belongs),
        fairness(column, true, flagged, own, seed, belongs),
        (float((before == true).mean()), float((single == true).mean()), float((flagged == true).mean())),
        (price(true, before, charge), price(true, single, charge), price(true, flagged, charge)),
        tuple(name for name in names if name not in fit),
    )


def fits(truth: NDArray[np.bool_]) -> bool:
    """Whether a group has rows enough for either half to have some that are true and some that are not."""
    return len(truth) >= SMALL and truth.sum() >= 4 and (~truth).sum() >= 4


def price(truth: NDArray[np.bool_], flagged: NDArray[np.bool_], costs: Costs) -> float:
    """The mean cost of a row."""
    wrong = costs.false_positive * (flagged & ~truth) + costs.false_negative * (~flagged & truth)
    return float((wrong + costs.true_positive * (flagged & truth) + costs.true_negative * (~flagged & ~truth)).mean())


def crossed(
    goal: Goal, truth: Any, scores: Any, groups: Any, seed: int, belongs: Any = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are flagged by what the other half of the rows led to: the most accurate threshold for all, and those
    for each group. Rows that belong together are in one half."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    halves = StratifiedKFold if belongs is None else StratifiedGroupKFold
    strata = np.char.add(groups, truth.astype(str))
    single, flagged = np.zeros(len(truth), dtype=bool), np.zeros(len(truth), dtype=bool)
    for made_of, judged in halves(2, shuffle=True, random_state=seed).split(scores, strata, belongs):
        best = cheapest(sweep(truth[made_of], scores[made_of]), Costs()).threshold
        single[judged] = scores[judged] >= (np.inf if best is None else best)
        optimizer = fitted(goal, truth[made_of], scores[made_of], groups[made_of])
        given = optimizer.predict(scores[judged, None], sensitive_features=groups[judged], random_state=seed)
        flagged[judged] = np.asarray(given).astype(bool)
    return single, flagged


def fitted(goal: Goal, truth: Any, scores: Any, groups: Any) -> Any:
    """fairlearn's optimizer for the most accurate thresholds that meet a goal."""
    from fairlearn.postprocessing import ThresholdOptimizer

    optimizer = ThresholdOptimizer(
        estimator=passing(), constraints=goal, prefit=True, predict_method="decision_function", grid_size=GRID
    )
    return optimizer.fit(scores[:, None], truth.astype(int), sensitive_features=groups)


def passing() -> Any:
    """A classifier that gives each score back as it is."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Scored(ClassifierMixin, BaseEstimator):
        def __init__(self) -> None:
            self.classes_ = np.array([0, 1])

        def fit(self, X: Any, y: Any = None) -> Any:
            return self

        def decision_function(self, X: Any) -> Any:
            return np.asarray(X)[:, 0]

        def __sklearn_is_fitted__(self) -> bool:
            return True

    return Scored()


def rules(optimizer: Any) -> "list[GroupRule]":
    """The threshold of each group out of a fitted optimizer."""
    return [
        group_rule(str(name), found) for name, found in optimizer.interpolated_thresholder_.interpolation_dict.items()
    ]


def group_rule(name: str, found: Any) -> GroupRule:
    """One group's: of two thresholds the one that most lots fall on, with the other beside it."""
    pairs = sorted(((found["p0"], found["operation0"]), (found["p1"], found["operation1"])), key=lambda pair: -pair[0])
    (_, first), (lots, second) = pairs
    one, other = (finite(operation.threshold) for operation in (first, second))
    always = float(found["p_ignore"]) if "p_ignore" in found else 0.0
    constant = float(found["prediction_constant"]) if always else 0.0
    if lots < 1e-9 or one == other:
        return GroupRule(name, one, always=always, constant=constant)
    return GroupRule(name, one, other, float(lots), always, constant)


def finite(threshold: float) -> float | None:
    """A threshold that some score could meet; None above them all."""
    return float(threshold) if np.isfinite(threshold) else None
