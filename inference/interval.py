"""How far the truth lies from an estimate, as measured. It knows no model."""

from dataclasses import dataclass

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

    def around(self, value: float, spread: float = 1.0) -> tuple[float, float]:
        """The interval of one estimate, from its lower to its upper end, in the value's unit.

        spread: what the model says that it usually misses by, in that unit.
        """
        low, high = (value * end if self.relative else value + end * spread for end in (self.low, self.high))
        return min(low, high), max(low, high)  # a negative estimate times `high` is the lower end
