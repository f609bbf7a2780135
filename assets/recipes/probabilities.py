"""Measures of the probability of a yes, for truth bool[rows] or int[rows] and probabilities float64[rows]."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from .report import Measure

Rows = NDArray[Any]


def calibration_error(truth: Rows, p: Rows, bins: int = 10) -> float:
    """Expected calibration error over equal bins: the mean gap between promised and observed share, within 0..1.

    After Naeini, Cooper and Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    places = np.minimum((p * bins).astype(int), bins - 1)
    gaps = np.bincount(places, truth - p, minlength=bins)
    return float(np.abs(gaps).sum() / len(truth))


ACCURACY = Measure(lambda truth, p: metrics.accuracy_score(truth, p >= 0.5))
BALANCED_ACCURACY = Measure(lambda truth, p: metrics.balanced_accuracy_score(truth, p >= 0.5))
F1 = Measure(lambda truth, p: metrics.f1_score(truth, p >= 0.5, zero_division=0))
ROC_AUC = Measure(metrics.roc_auc_score)
PR_AUC = Measure(metrics.average_precision_score)
LOG_LOSS = Measure(lambda truth, p: metrics.log_loss(truth, p, labels=[False, True]))
BRIER = Measure(lambda truth, p: float(np.mean((p - truth) ** 2)))
CALIBRATION = Measure(calibration_error)

OF_A_TABLE = {
    "accuracy": ACCURACY,
    "balanced accuracy": BALANCED_ACCURACY,
    "ROC AUC": ROC_AUC,
    "PR AUC": PR_AUC,
    "log loss": LOG_LOSS,
    "Brier score": BRIER,
}
"""What the cards of the tables print."""
COMPARED = {"log loss": LOG_LOSS, "ROC AUC": ROC_AUC}
"""What the cross-validation compares."""
