"""The real rows nearest to a row of a table. Knows no model."""

from collections.abc import Sequence

from inference.fields import Field, NumberField
from inference.types import Raw

from .changes import Change
from .edits.columns import apart, said, spread


class Neighbours:
    """Reference rows by how far they are from one row: the sum over its columns of how far each is away."""

    def __init__(self, inputs: Sequence[Field], raw: Raw, rows: Sequence[Raw]) -> None:
        """Empty where the input is not a row of numbers and categories."""
        self.fields = [field for field in inputs if field.role == "input"]
        self.raw = raw
        self.rows = rows if all(field.kind in ("number", "category") for field in self.fields) else []
        self.spreads = {f.name: spread(f, rows) for f in self.fields if isinstance(f, NumberField)}
        self.distances = [self.apart(row) for row in self.rows]
        self.order = sorted(range(len(self.rows)), key=self.distances.__getitem__)

    def apart(self, row: Raw) -> float:
        """How far another row is away, the columns that cannot change included."""
        each = ((field, field.name) for field in self.fields)
        return sum(apart(field, self.raw[name], row[name], self.spreads.get(name, 1.0)) for field, name in each)

    def changes(self, row: Raw) -> tuple[Change, ...]:
        """The columns in which another row differs."""
        differ = [f for f in self.fields if apart(f, self.raw[f.name], row[f.name], 1.0)]
        return tuple(Change(f.name, f.name, f.label, cell(f, self.raw[f.name]), cell(f, row[f.name])) for f in differ)


def cell(field: Field, value: object) -> str:
    """A value of a column, for people."""
    return said(field, value) if isinstance(field, NumberField) else str(value)  # type: ignore[arg-type]  # of numbers
