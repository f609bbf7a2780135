"""A series: what was measured step by step, of one or several columns. Knows no field, model or file."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
"""float64[steps, columns], the oldest step first."""


@dataclass(frozen=True)
class Series:
    """Numbers in the columns' own units, the oldest step first; the first column is the one that is forecast.

    titles: the columns' names for people. days: what each step is called, such as 2013-01-31; empty where nothing was
    said. notes: what had to be done to read it, for people.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    titles: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def cells(self) -> Numbers:
        """float64[steps, columns]."""
        return np.array(self.values, np.float64).reshape(len(self.values), len(self.columns))

    def with_cells(self, cells: Numbers, days: tuple[str, ...] | None = None) -> "Series":
        """The same with other numbers, and other days if they are given."""
        values = tuple(map(tuple, cells.tolist()))
        return replace(self, values=values, days=self.days if days is None else days)

    def name_of(self, step: int) -> str:
        """What a step is called: its day, or how far back it lies."""
        if self.days:
            return self.days[step]
        back = len(self) - 1 - step
        return f"{back} before the last" if back else "the last"
