"""Many inputs that a program sends to be explained together, checked. It knows no explanation."""

from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..study.asked import MOST
from ..task import Task
from ..types import Raw, Record


@dataclass(frozen=True, kw_only=True)
class SummaryRequest(Record):
    """Inputs to explain together, and how many of them, drawn at random; by default as many as take a minute or so."""

    model: str
    rows: list[dict[str, Any]]
    sample: int | None = None


def parsed(task: Task, rows: Any) -> list[Raw]:
    """Many inputs, checked. Raises InputError that names the row."""
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        raise InputError(f"rows must be a list of 1 to {MOST:,} inputs, each keyed by field name.")
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(task.parse(row))
        except InputError as error:
            raise InputError(f"Row {number:,}: {error}") from None
    return found
