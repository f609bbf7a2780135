"""How well a score of surprise finds what is known to be wrong."""

from typing import Any

import numpy as np

from ..errors import InputError
from . import weighted
from .bootstrap import Asked, measured
from .metrics import Metrics


def of_anomalies(truth: Any, scores: Any, clusters: Any = None) -> Metrics:
    """Average precision and ROC AUC of scores float64[rows] for truth bool[rows].

    clusters: as for `measured`. Raises InputError.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    true, given = np.asarray(truth, dtype=bool), np.asarray(scores, dtype=np.float64)
    if true.all() or not true.any():
        raise InputError(
            "To measure how anomalies are found, the truth needs rows that are anomalies and rows that are not."
        )
    order = np.full(len(true), 0.5)
    asked = [
        Asked(
            "Average precision",
            float(average_precision_score(true, given)),
            weighted.average_precision(true, given),
            weighted.mean_of(true),
        ),
        Asked(
            "ROC AUC", float(roc_auc_score(true, given)), weighted.roc_auc(true, given), weighted.roc_auc(true, order)
        ),
    ]
    measures = tuple(measured(asked, len(true), true, clusters))
    return Metrics("anomaly", len(true), measures, "every row the same score")
