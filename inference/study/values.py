"""How far a predicted amount is from the truth: scikit-learn's measures beside its dummy."""

from typing import Any

import numpy as np

from ..errors import InputError
from . import weighted
from .bootstrap import Asked, measured
from .metrics import Metrics


def of_values(truth: Any, predicted: Any, unit: str | None = None, clusters: Any = None) -> Metrics:
    """Mean absolute error, root mean squared error and R² of float64[rows].

    The dummy always says the median where the mean error is measured, else the mean: either is the best constant.
    clusters: as for `measured`. Raises InputError.
    """
    from sklearn.dummy import DummyRegressor
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    true, said = (np.asarray(each, dtype=np.float64) for each in (truth, predicted))
    known = np.isfinite(true) & np.isfinite(said)
    if not known.any():
        raise InputError("No row has a true amount: name the column that holds it, as numbers.")
    true, said = true[known], said[known]
    mean, median = (
        float(DummyRegressor(strategy=how).fit(np.zeros((len(true), 1)), true).predict([[0]])[0])
        for how in ("mean", "median")
    )
    asked = [
        Asked(
            "Mean absolute error",
            float(mean_absolute_error(true, said)),
            weighted.mean_of(np.abs(true - said)),
            weighted.mean_of(np.abs(true - median)),
            "lower",
            unit=unit,
        ),
        Asked(
            "Root mean squared error",
            float(root_mean_squared_error(true, said)),
            weighted.root_mean_of((true - said) ** 2),
            weighted.root_mean_of((true - mean) ** 2),
            "lower",
            unit=unit,
        ),
    ]
    if len(true) > 1 and true.std() > 0:
        rival = weighted.explained(true, np.full(len(true), mean))
        asked.append(Asked("R²", float(r2_score(true, said)), weighted.explained(true, said), rival))
    notes = [f"{(~known).sum():,} rows without a true amount are left out."] if not known.all() else []
    belongs = None if clusters is None else np.asarray(clusters)[known]
    measures = tuple(measured(asked, len(true), None, belongs))
    return Metrics("value", len(true), measures, RIVAL, tuple(notes))


RIVAL = "always the same amount: the median beside the mean absolute error, the mean elsewhere"
