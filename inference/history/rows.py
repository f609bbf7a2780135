"""A row of the table as an entry, and the ids under which there may be one."""

import json
import re
from typing import Any

from ..errors import NotFound
from ..types import Prediction
from .entry import Entry, Mark

ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def named(id: str) -> str:
    """An id that could be one: nothing else reaches the database. Raises NotFound."""
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise nothing()
    return id


def nothing() -> NotFound:
    """What is said of an id under which nothing is kept."""
    return NotFound("No answer is kept under this id; it may have been deleted.")


def entry_of(row: Any) -> Entry:
    """A row of the table as an entry."""
    return Entry(
        id=row.id,
        time=row.time / 1000,
        model=row.model,
        revision=row.revision,
        digest=row.digest,
        inputs=None if row.inputs is None else json.loads(row.inputs),
        prediction=Prediction.from_json(json.loads(row.prediction)),
        decision=row.decision,
        ms=row.ms,
        mark=None if row.verdict is None else Mark(row.verdict, row.truth),
        agreed=row.agreed,
    )
