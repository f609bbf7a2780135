"""A number with its unit."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..errors import InputError
from ..units import quantity
from .field import Field, shown


@dataclass(frozen=True, kw_only=True)
class NumberField(Field):
    """A number. Outside `limits` is an error; outside `seen`, the range of the training data, a warning.

    An `optional` number may be left empty, where the model can do without: it is then NaN.
    """

    kind: Literal["number"] = "number"
    limits: tuple[float, float] | None = None
    seen: tuple[float, float] | None = None
    step: float | None = None
    default: float | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        for low, high in filter(None, (self.limits, self.seen)):
            if low > high:
                raise ValueError(f"limits and seen run from low to high, got {low} to {high}")

    @property
    def referenced(self) -> bool:
        return True

    def parse(self, value: Any) -> float:
        if value is None or value == "":
            if self.optional:
                return math.nan
            raise self.missing(f"enter a number {self._range()}".rstrip())
        try:
            parsed = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            parsed = math.nan
        if not math.isfinite(parsed):
            raise InputError(f"{self.label} must be a number {self._range()}".rstrip() + f", got {shown(value)}.")
        if self.limits and not self.limits[0] <= parsed <= self.limits[1]:
            raise InputError(f"{self.label} must lie {self._range()}, got {shown(value)}.")
        return parsed

    def sure(self, cells: Sequence[Any]) -> tuple[list[Any], Sequence[bool]]:
        import pandas as pd

        column = pd.Series(cells, dtype=object)
        if column.map(type).eq(bool).any():
            return super().sure(cells)
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
        low, high = self.limits or (-np.inf, np.inf)
        within = np.isfinite(numbers) & (numbers >= low) & (numbers <= high)
        return numbers.tolist(), within.tolist()

    def _range(self) -> str:
        if not self.limits:
            return ""
        return f"between {quantity(self.limits[0])} and {quantity(self.limits[1], self.unit)}"

    def warnings(self, value: float) -> Iterator[str]:
        if math.isnan(value):
            yield f"{self.label} is not known: the answer goes by the rest."
        elif self.seen and not self.seen[0] <= value <= self.seen[1]:
            low, high = (quantity(end, self.unit) for end in self.seen)
            got = quantity(value, self.unit)
            yield f"{self.label} {got} lies outside the training data ({low} to {high}): take the answer with care."

    def describe(self, value: float) -> str:
        if math.isnan(value):
            return f"{self.label} not known"
        is_year = self.step == 1 and not self.unit and 1000 <= value <= 2999
        return f"{self.label} = {value:.0f}" if is_year else f"{self.label} = {quantity(value, self.unit)}"
