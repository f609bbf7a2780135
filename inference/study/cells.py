"""A cell of a file, or the one value of all its rows, as a field's `parse` takes it. Whether it fits is not asked."""

import json
from typing import Any

from ..fields import AnyField

COMPOUND = ("history", "series", "labels", "messages", "scene")
"""Kinds of field whose values a cell holds as JSON."""


def given(field: AnyField, cell: Any) -> Any:
    """A cell as `parse` takes it: JSON of what has parts as that, a number that names a category as its text."""
    if isinstance(cell, float) and cell != cell:  # how numpy writes that there is nothing
        return None
    if field.kind in COMPOUND and isinstance(cell, str) and cell[:1] in ("[", "{"):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    if field.kind in ("category", "text") and isinstance(cell, int | float):
        return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    return cell
