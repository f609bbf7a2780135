"""How wrong each row is, by which slices are compared: wrong or not for labels, how far off for amounts, and for all
else one less what a row scores in the measure of its kind."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .results import Answers, Truth


@dataclass(frozen=True)
class Losses:
    """values: float64[n], NaN where no truth is known; the more, the worse. shares: each is 0 or 1, their mean a share.

    metric: what their mean is called. unit: of the values. clusters: intp[n], where rows belong together.
    """

    values: NDArray[np.float64]
    metric: str
    shares: bool
    unit: str | None = None
    clusters: NDArray[np.intp] | None = None

    def at(self, places: NDArray[Any]) -> "Losses":
        """The same of some rows."""
        belongs = None if self.clusters is None else self.clusters[places]
        return replace(self, values=self.values[places], clusters=belongs)


def losses(answers: Answers, truth: Truth | None, unit: str | None = None) -> Losses:
    """The loss of each row whose truth is one that the model can say. Raises InputError where none is.

    unit: of a value.
    """
    if truth is None:
        raise InputError("Slices compare how right the model is: name the column that holds the truth.")
    if truth.dtype.kind == "f":
        found = Losses(np.abs(np.asarray(answers.predicted, np.float64) - truth), "mean absolute error", False, unit)
    else:
        known = np.array([each in answers.items for each in truth], bool)
        wrong = np.asarray(answers.predicted != truth, np.float64)
        found = Losses(np.where(known, wrong, np.nan), "error rate", True)
    return enough(found)


def lacking(scores: NDArray[np.float64], metric: str) -> Losses:
    """One less a score of each row from 0 to 1, NaN where no truth is known. metric: the score. Raises InputError."""
    return enough(Losses(1 - scores, f"1 − {metric}", False))


def misplaced(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Losses:
    """Of each anomaly the share of usual rows that score above it, of each usual row the share of anomalies below it,
    ties counted half: one less the placement values of DeLong et al. (1988), whose mean is the area under the ROC.

    truth: bool[n], whether a row is an anomaly; scores: float64[n]. Raises InputError.
    """
    found = np.full(len(truth), np.nan)
    for own, sign in ((truth, 1.0), (~truth, -1.0)):
        others = np.sort(sign * scores[~own])
        if len(others):
            mine = sign * scores[own]
            above = len(others) - (np.searchsorted(others, mine, "left") + np.searchsorted(others, mine, "right")) / 2
            found[own] = above / len(others)
    return enough(Losses(found, "1 − ROC AUC", False))


def enough(found: Losses) -> Losses:
    """The same, where there are two to compare. Raises InputError."""
    if np.isfinite(found.values).sum() < 2:
        raise InputError("No two rows have a truth that this model could have said.")
    return found
