"""Many inputs that a program sends to be explained together: the calls, and the checking. It knows no explanation."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ..errors import InputError
from ..study.sent_evaluation import MOST
from ..task import Task
from ..types import Raw, Record
from .admission import READING, queued
from .catalogue import Catalogue
from .streams import Streams


class Summing:
    """What `Endpoints` offers about many inputs at once."""

    catalogue: Catalogue
    streams: Streams

    def summary(self, model: str, rows: list[dict[str, Any]], sample: int | None = None) -> Iterator[dict[str, Any]]:
        """What a model goes by over many inputs: how far it has come, and between ever better Summaries, the last
        with partial dependence where there are columns.

        sample: how many of the rows are explained, drawn at random.
        """
        with closing(self.summaries(model, rows, sample)) as parts:  # type: ignore[type-var]  # a generator
            for part in parts:
                if isinstance(part, Record):
                    yield part.to_json()
                else:
                    doing, done, total, of = part
                    yield {"doing": doing, "done": done, "total": total, "of": of}

    @queued(READING, "summary")
    def summaries(self, model: str, rows: Any, sample: Any = None) -> Iterator[Any]:
        """As `summary`, as records and tuples."""
        task = self.catalogue.task(model)
        yield from self.streams.summarise(task, parsed(task, rows), sample)


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
