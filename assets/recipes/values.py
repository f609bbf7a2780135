"""Measures of a value, for truth float64[rows] and answers float64[rows] in the same unit.

Knows no unit; how a measure is printed is the recipe's to say.
"""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


def absolute_error(truth: Rows, answers: Rows) -> float:
    """Mean absolute error, in the unit."""
    return float(np.abs(answers - truth).mean())


def percentage_error(truth: Rows, answers: Rows) -> float:
    """Median absolute error in % of a positive truth."""
    return float(100 * np.median(np.abs(answers - truth) / truth))


def r2(truth: Rows, answers: Rows) -> float:
    """The share of the truth's variance that the answers account for: 1 at best, below 0 if worse than its mean."""
    return float(1 - ((answers - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
