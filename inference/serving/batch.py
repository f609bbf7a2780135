"""A file of inputs over HTTP: each row with its answer, as NDJSON while it goes on, or as a CSV or Parquet file at the
end. Knows no HTTP.
"""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ..errors import InputError
from ..study.first import REMEDY, First
from ..study.job import Pace, Reason, Work, run
from ..study.mapping import Columns, check, guess
from ..study.source import at_hand, open_source
from ..study.table import written
from ..task import Task
from ..types import Record
from .endpoints import Endpoints
from .places import Waiting

MEDIA = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
"""What the answers are sent as, by format."""
TABULAR, OTHER, EXPLAINED = 2_048, 64, 16
"""Rows that are answered together: of tables, of what is larger, and where each is explained."""
PIECE = 256 * 1024
"""Bytes of a whole file that are sent at a time."""


@dataclass(frozen=True, kw_only=True)
class BatchRequest(Record):
    """How a file is to be answered.

    format: of the answers. columns: which column is which field, where their names do not say it. explain: say of each
    row what moved its answer most. strict: refuse the file at its first faulty row.
    """

    model: str
    format: Literal["ndjson", "csv", "parquet"] = "ndjson"
    columns: dict[str, str] = field(default_factory=dict)
    explain: bool = False
    strict: bool = False


@dataclass(frozen=True)
class Job:
    """A file that fits its model."""

    task: Task
    source: First
    columns: Columns
    folder: Path
    reason: Reason | None

    @property
    def size(self) -> int:
        """Rows that are answered together."""
        return EXPLAINED if self.reason else TABULAR if self.task.batch_size > OTHER else OTHER


class Batches:
    """Files that callers send; they wait for their turn with the other files."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.endpoints = endpoints

    def lines(self, asked: BatchRequest, data: bytes, title: str) -> Iterator[dict[str, Any]]:
        """Each row with its answer, in the order of the file `data` called `title`, and before, how it stands in the
        queue. Raises InputError, Busy.
        """
        for part in self.endpoints.jobs(asked.model, lambda task: self._lines(task, asked, data, title)):
            yield part.to_json() if isinstance(part, Waiting) else part

    def whole(self, asked: BatchRequest, data: bytes, title: str) -> Iterator[Pace | Waiting | bytes]:
        """How far it has come, again and again, then the file of answers in pieces. Raises InputError, Busy."""
        return self.endpoints.jobs(asked.model, lambda task: self._whole(task, asked, data, title))

    def _lines(self, task: Task, asked: BatchRequest, data: bytes, title: str) -> Iterator[dict[str, Any]]:
        with self._job(task, asked, data, title) as job, at_hand():
            work, done = Work(job.task, job.columns, job.source.types, job.folder, job.reason), 0
            for chunk in job.source.chunks(job.size):
                rows, part = work.answered(chunk)
                done += part.rows
                if asked.strict and part.faulty:
                    problem = part.problems[0]
                    raise InputError(f"Row {problem.row:,}: {problem.message}")
                yield from ({name: cell(value) for name, value in row.items()} for row in rows.to_pylist())
            if not done:
                raise InputError("The file has no rows.")
            complete(job.source)

    def _whole(self, task: Task, asked: BatchRequest, data: bytes, title: str) -> Iterator[Pace | bytes]:
        with self._job(task, asked, data, title) as job:
            output = job.folder / f"answers.{asked.format}"
            how: dict[str, Any] = {"reason": job.reason, "strict": asked.strict, "size": job.size}
            yield from run(job.task, job.source, job.columns, output, **how)
            complete(job.source)
            with output.open("rb") as file:
                yield from iter(lambda: file.read(PIECE), b"")

    @contextmanager
    def _job(self, task: Task, asked: BatchRequest, data: bytes, title: str) -> Iterator[Job]:
        """The file on disk, opened and fitted to the model; gone at the end."""
        with tempfile.TemporaryDirectory(prefix="seewhy-") as folder:
            title = title if Path(title).suffix else f"{title or 'file'}{ending(data)}"
            path = Path(folder) / f"input{Path(title).suffix.lower()[:9]}"
            path.write_bytes(data)
            source = First(open_source(path, title), self.endpoints.admission.rows)
            found = guess(task.demo, source.columns)
            columns = check(task.demo, source.columns, replace(found, fields=found.fields | asked.columns))
            reason = self.endpoints.streams.reason if asked.explain else None
            yield Job(task, source, columns, Path(folder), reason)


def ending(data: bytes) -> str:
    """How a file without an ending would be called, by its first bytes."""
    return {b"PAR1": ".parquet", b"PK\x03\x04": ".zip"}.get(data[:4], ".csv")


def complete(source: First) -> None:
    """Raises InputError where a file had more rows than it may."""
    if source.cut:
        raise InputError(f"{source.told}{REMEDY}")


def cell(value: Any) -> Any:
    """A cell as JSON has it: numbers and words as they are, what else a file may hold as a text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int) else written(value)
