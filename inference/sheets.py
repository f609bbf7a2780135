"""A table from a stranger, as rows of cells: CSV text, a list of rows, or columns by name. Knows no field.

What the cells mean is not asked here; a cell is a text or whatever JSON holds.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import InputError

MAX_CHARACTERS, MAX_ROWS = 2_000_000, 50_000
DELIMITERS = "\t;,"
"""What may stand between cells; the first of these that occurs in the first line does."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
"""A number with a decimal comma, which occurs where commas do not part the cells."""


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, all as long as `header`; that is empty where the first row is no header."""

    header: tuple[str, ...]
    rows: list[list[Any]]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.header) or len(self.rows[0])

    def column(self, place: int) -> list[Any]:
        """The cells of one column."""
        return [row[place] for row in self.rows]


def read(value: Any, label: str) -> Sheet:
    """A table with at least one row. label: what it is called in messages. Raises InputError."""
    if isinstance(value, str):
        rows = of_text(value, label)
    elif isinstance(value, Mapping):
        rows = of_columns(value, label)
    elif isinstance(value, list | tuple) and value:
        rows = of_rows(value, label)
    else:
        raise InputError(f"{label} must be CSV text, a list of rows or columns by name, got {type(value).__name__}.")
    named = bool(rows) and any(number(cell) is None and not DAY.match(str(cell)) for cell in rows[0] if cell != "")
    header, rows = (tuple(str(cell).strip() for cell in rows[0]), rows[1:]) if named else ((), rows)
    if not rows:
        raise InputError(f"{label} has no row of numbers.")
    if len(rows) > MAX_ROWS:
        raise InputError(f"{label} may have {MAX_ROWS:,} rows, got {len(rows):,}; keep the last ones.")
    width = len(header) or len(rows[0])
    for place, row in enumerate(rows, start=1):
        if len(row) != width:
            raise InputError(f"{label}, row {place}: {len(row)} cells where the first line has {width}.")
    return Sheet(header, rows)


def of_text(text: str, label: str) -> list[list[Any]]:
    """The rows of CSV text, its header among them; empty lines are left out."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{label} may have {MAX_CHARACTERS:,} characters, got {len(text):,}; keep the last rows.")
    text = text.lstrip("\ufeff").strip("\r\n")
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in DELIMITERS if mark in first), ",")
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{label} is no CSV: {error}.") from None
    if delimiter != ",":
        return [[cell.replace(",", ".") if COMMA.fullmatch(cell) else cell for cell in row] for row in rows]
    return [list(row) for row in rows]


def of_columns(columns: Mapping[str, Any], label: str) -> list[list[Any]]:
    """The rows of columns by name, under their names."""
    lengths = {name: len(cells) if isinstance(cells, list | tuple) else None for name, cells in columns.items()}
    if not lengths or None in lengths.values():
        wrong = next((name for name, length in lengths.items() if length is None), "none")
        raise InputError(f"{label}: each column must be a list of cells, and {wrong!r} is none.")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"{label}: the columns must be equally long, got {told}.")
    return [list(columns), *(list(row) for row in zip(*columns.values(), strict=True))]


def of_rows(rows: Sequence[Any], label: str) -> list[list[Any]]:
    """The rows of a list: objects by column, lists of cells, or single numbers."""
    if all(isinstance(row, Mapping) for row in rows):
        names = list(rows[0])
        for place, row in enumerate(rows, start=1):
            if set(row) != set(names):
                raise InputError(
                    f"{label}, row {place}: its columns are {listed(row)}, those of row 1 {listed(names)}."
                )
        return [names, *([row[name] for name in names] for row in rows)]
    if any(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{label}: the rows must be all objects or all lists.")
    return [list(row) if isinstance(row, list | tuple) else [row] for row in rows]


def number(cell: Any) -> float | None:
    """A cell as a finite number, if it is one."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        value = float(cell.strip().replace("_", "x") if isinstance(cell, str) else cell)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def listed(names: Sequence[Any] | Mapping[Any, Any], most: int = 12) -> str:
    """Some names for a message: at most `most` of them, each of them short."""
    shown = [str(name)[:40] or "(no name)" for name in names]
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "") or "none"
