"""How far the truth lies from an estimate, as measured. It knows no model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Record


@dataclass(frozen=True, kw_only=True)
class Interval(Record):
    """How far the truth lies from an estimate: of cases like those it was measured on, a share `level` lies within.

    The ends are estimate × `low` and estimate × `high` where `relative`, else estimate + `low` and estimate + `high` in
    the value's unit, or in multiples of what the model itself says that it usually misses by, where it does. They are
    conformal quantiles (Vovk, Gammerman and Shafer 2005; Lei et al. 2018, "Distribution-Free Predictive Inference for
    Regression") of errors on rows that the estimating model had not learned from. The share holds over all cases
    together, not for each group of them.
    """

    level: float
    low: float
    high: float
    relative: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level lies between 0 and 1, got {self.level}")
        if self.low > self.high or (self.relative and self.low < 0):
            raise ValueError(f"low lies below high, and not below 0 where relative, got {self.low} and {self.high}")

    def around(self, values: NDArray[np.float64], spreads: NDArray[np.float64] | float = 1.0) -> NDArray[np.float64]:
        """The intervals of estimates float64[n], float64[n, 2] from lower to upper end, in the values' unit.

        spreads: what the model says that it usually misses by, in that unit, float64[n] or the same for all.
        """
        ends = [values * end if self.relative else values + end * spreads for end in (self.low, self.high)]
        return np.sort(np.stack(ends, axis=-1))  # a negative estimate times `high` is the lower end
