"""Which places in an order of estimates are certain. Knows no figure."""

import numpy as np
from numpy.typing import NDArray

from .estimators import Floats

WIDTH = 1.96
"""Standard errors of a difference beyond which it counts as one: the 95 % of a normal distribution."""


def settled(values: Floats, stderr: Floats) -> NDArray[np.bool_]:
    """Whether each of float64[n] values differs in size from every other by more than their errors allow, bool[n]."""
    size = np.abs(values)
    apart = np.abs(size[:, None] - size) > WIDTH * np.hypot(stderr[:, None], stderr)
    np.fill_diagonal(apart, val=True)
    return apart.all(1)
