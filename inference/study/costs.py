"""What right and wrong decisions cost, and the threshold at which they cost least."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..errors import InputError
from ..types import Record, absent
from .thresholds import Sweep

Amount = Annotated[float, Field(ge=-1e12, le=1e12)]


@dataclass(frozen=True)
class Costs(Record):
    """What one row costs by what is true of it and whether it is flagged; a gain is a negative cost."""

    false_positive: Amount = 1.0
    false_negative: Amount = 1.0
    true_positive: Amount = 0.0
    true_negative: Amount = 0.0

    def of(self, swept: Sweep) -> NDArray[np.float64]:
        """The cost of all rows together at each threshold, float64[t]."""
        total: NDArray[np.float64] = (
            self.true_positive * swept.true_positive
            + self.false_positive * swept.false_positive
            + self.false_negative * swept.false_negative
            + self.true_negative * swept.true_negative
        )
        return total

    @property
    def theoretical(self) -> float | None:
        """The best threshold for right probabilities (Elkan 2001, "The foundations of cost-sensitive learning",
        equation 2); None where being wrong does not cost more than being right."""
        flagged, passed = self.false_positive - self.true_negative, self.false_negative - self.true_positive
        return flagged / (flagged + passed) if flagged > 0 and passed > 0 else None


@dataclass(frozen=True)
class Cheapest(Record):
    """The threshold at which some rows cost least, and what they cost there, if all are flagged, and if none is.

    threshold: null where it is cheapest to flag none. theoretical: where it would be if the probabilities were right.
    """

    threshold: float | None
    cost: float
    flag_all: float
    flag_none: float
    rows: int
    theoretical: Annotated[float | None, absent] = None


def cheapest(swept: Sweep, costs: Costs) -> Cheapest:
    """The cheapest of all thresholds; of several, the highest, which flags the fewest. Raises InputError on no rows."""
    rows = int(swept.false_negative[-1] + swept.true_negative[-1])
    if not rows:
        raise InputError("There are no rows to count the cost of.")
    total = costs.of(swept)
    best = len(total) - 1 - int(np.argmin(total[::-1]))
    at = float(swept.thresholds[best])
    return Cheapest(
        at if np.isfinite(at) else None, float(total[best]), float(total[0]), float(total[-1]), rows, costs.theoretical
    )
