"""A row of the table as an entry, the ids under which there may be one, and how much the rows take."""

import json
import re
from typing import TYPE_CHECKING, Any

from ..errors import NotFound
from ..types import Prediction
from .entry import Entry, Mark

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROW = 500
"""Bytes of a row beside its texts, its part of the indexes included, about."""
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


def weight(*texts: str | None) -> int:
    """Bytes of texts."""
    return sum(len(each.encode("utf-8", "replace")) for each in texts if each)


def edge(connection: "Connection", oldest: int, most: int, most_bytes: int) -> int:
    """The time of the youngest answer that is to go, with all before it: older than `oldest`, or beyond what may be
    kept. In milliseconds.
    """
    from sqlalchemy import func, select

    from .schema import answers

    newest = select(answers.c.time).order_by(answers.c.time.desc()).offset(most).limit(1)
    edges = [oldest, connection.execute(newest).scalar_one_or_none() or oldest]
    if (connection.execute(select(func.sum(answers.c.size))).scalar_one() or 0) > most_bytes:
        until = func.sum(answers.c.size).over(order_by=answers.c.time.desc()).label("until")
        summed = select(answers.c.time, until).subquery()
        beyond = select(summed.c.time).where(summed.c.until > most_bytes).order_by(summed.c.time.desc()).limit(1)
        edges.append(connection.execute(beyond).scalar_one())
    return max(edges)
