"""Groups of rows: what sets each apart, and who its typical members are. It knows no model, only how rows were scored.

The members are reference rows: real rows of the data that the groups were found in.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .demo import Demo
from .fields import NumberField
from .types import Raw, Table
from .units import PREFIXES, percent, quantity

TYPICAL = 3
"""Members that are shown beside a row."""
TOLD = 2
"""Columns that a group is told by, in a few words."""


class Groups:
    """The groups of one table, by name."""

    def __init__(
        self, about: Demo, rows: Sequence[Raw], shares: dict[str, float], logits: NDArray[np.float64] | None
    ) -> None:
        """shares: of all data, by group, in the order of the logits float64[rows, groups]: log(share × density)."""
        self.fields = [field for field in about.inputs if isinstance(field, NumberField) and field.role == "input"]
        self.rows, self.shares, self.names = rows, shares, list(shares)
        self.values = np.array([[row[field.name] for field in self.fields] for row in rows], np.float64)
        self.logits = np.empty((0, len(shares))) if logits is None else logits
        self.owners = self.logits.argmax(1)

    def facts(self, group: str) -> dict[str, str]:
        """What is known of a group: its share of the data, and the middle of its members in what sets it apart."""
        said = {"share": f"{percent(self.shares[group])} of the data"}
        members = self.members(group)
        if len(members):
            middle = np.median(self.values[members], axis=0)
            told = ((self.fields[i], float(middle[i])) for i in self.apart(group)[:TOLD])
            said["typical"] = ", ".join(f"{field.label} {quantity(value, field.unit)}" for field, value in told)
        return said

    def tables(self, group: str, raw: Raw) -> Iterator[Table]:
        """A row beside the typical members of its group, and beside half of the group and half of all."""
        members = self.members(group)
        if not len(members):
            return
        order = self.apart(group)
        typical = self.typical(group)
        yield Table(
            f"What sets “{group}” apart",
            ("", "yours", "half of this group", "half of all"),
            tuple(
                (self.fields[i].label, self.cell(i, raw), self.half(i, self.values[members]), self.half(i, self.values))
                for i in order
            ),
        )
        yield Table(
            f"Typical members of “{group}”, beside yours",
            ("", "yours", *(f"member {i}" for i in range(1, len(typical) + 1))),
            tuple((self.fields[i].label, *(self.cell(i, row) for row in (raw, *typical))) for i in order),
        )

    def members(self, group: str) -> NDArray[np.intp]:
        """Places of the rows that belong to a group more than to any other."""
        return np.flatnonzero(self.owners == self.names.index(group))

    def typical(self, group: str) -> list[Raw]:
        """The members nearest the centre of their group, where the group is densest."""
        members = self.members(group)
        density = self.logits[members, self.names.index(group)]
        return [self.rows[members[i]] for i in np.argsort(-density, kind="stable")[:TYPICAL]]

    def apart(self, group: str) -> NDArray[np.intp]:
        """The columns, those first in which the members differ most from all rows, in standard deviations of these."""
        spread = np.std(self.values, axis=0)
        away = np.mean(self.values[self.members(group)], axis=0) - np.mean(self.values, axis=0)
        return np.argsort(-np.abs(away) / np.where(spread > 0, spread, np.inf), kind="stable")

    def cell(self, column: int, row: Raw) -> str:
        """One value of a row."""
        field = self.fields[column]
        value = row[field.name]
        return "not known" if np.isnan(value) else quantity(value, field.unit)

    def half(self, column: int, values: NDArray[np.float64]) -> str:
        """Between which ends the middle half of some rows lies."""
        low, high = np.percentile(values[:, column], [25, 75])
        unit = self.fields[column].unit
        if low == high:
            return quantity(low, unit)
        return f"{quantity(low, unit if unit in PREFIXES else None)} to {quantity(high, unit)}"
