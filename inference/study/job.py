"""A file of any length through a model, in constant memory: parts that are whole or not there, then one file.

Each chunk's answers are a part, named by the chunk's number and put in its place at once. What stops half-way, by
itself or by kill -9, goes on with the first part that is missing: nothing is lost, and nothing comes twice.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..accelerator import patiently
from ..errors import InputError
from ..task import Task
from ..types import Raw, Record
from .checking import Problem, check_chunk
from .digest import sha256
from .mapping import Columns, check
from .parts import Part, begin, join, part_file, part_of, put
from .results import Answers, answers
from .source import Chunk, Source, at_hand
from .table import table

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS = (".csv", ".parquet")
TABULAR, OTHER, LARGE, EXPLAINED = 16_384, 512, 128, 64
"""Rows of a chunk: of tables, of other inputs, of pictures and recordings, and where each row is explained."""

Reason = Callable[[Task, Sequence[Raw]], Sequence[Sequence[str]]]
"""What moved the answer to each of some inputs most, in words; `explain.reasons.top`, handed in by app.py."""


@dataclass(frozen=True)
class Pace(Record):
    """How far a job has come: rows done of `total`, where that is known, how many of them `faulty`, in `seconds`.

    before: rows that were done when it went on after a stop, which took none of the seconds. problems: those of the
    last part. counts: how many rows got which decision, or which prediction where there is no rule. about: whether the
    total is what the bytes read so far lead to expect.
    """

    done: int
    total: int | None
    faulty: int
    seconds: float
    before: int = 0
    problems: tuple[Problem, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    about: bool = False

    @property
    def per_second(self) -> float:
        """Rows per second since this run began."""
        return (self.done - self.before) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At this pace, where it is known how many rows there are."""
        return None if self.total is None or not self.per_second else (self.total - self.done) / self.per_second


@dataclass
class Work:
    """What is done with each chunk: checked, answered, on demand explained, and written down as a part."""

    task: Task
    columns: Columns
    types: "dict[str, pa.DataType]"
    parts: Path
    reason: Reason | None = None

    def __call__(self, chunk: Chunk) -> Part:
        checked = check_chunk(self.task.demo, self.columns, chunk, self.task.fits)
        found = patiently(answers, self.task, checked.raws)
        reasons = self.reason(self.task, checked.raws) if self.reason else None
        rows = table(self.task, chunk, checked, found, self.types, reasons)
        faulty = len({problem.row for problem in checked.problems})
        part = Part(chunk.number, rows.num_rows, faulty, tuple(checked.problems[:100]), counted(self.task, found))
        put(rows, part, part_file(self.parts, chunk.number))
        return part


def counted(task: Task, found: Answers) -> dict[str, int]:
    """How often each decision was taken; without a rule, how often each label came first."""
    if found.decisions is not None:
        return dict(Counter(filter(None, found.decisions.tolist())))
    return dict(Counter(found.predicted.tolist())) if task.kind == "labels" and task.same_items else {}


class Engine(Protocol):
    """Who does the work, and in which order; each chunk's part is there when it is yielded."""

    def __call__(self, work: Work, chunks: Iterator[Chunk]) -> Iterator[Part]:
        """The parts as they are done. Closing the stream ends the work."""


def local(work: Work, chunks: Iterator[Chunk]) -> Iterator[Part]:
    """In this process, one chunk after the other."""
    yield from map(work, chunks)


def run(
    task: Task,
    source: Source,
    columns: Columns,
    output: Path,
    engine: Engine = local,
    reason: Reason | None = None,
    strict: bool = False,
    size: int | None = None,
) -> Iterator[Pace]:
    """Answer every row of a file, and say after each chunk how far it has come; `output` is there at the end.

    output: a CSV or Parquet file; beside it, a folder of its name and `.parts` holds what is done meanwhile.
    reason: explain each row, too. strict: refuse the file at its first faulty row instead of passing over it.
    size: rows of a chunk. Closing the stream stops the job, and the same call goes on with it. Raises InputError.
    """
    check(task.demo, source.columns, columns)
    if output.suffix.lower() not in ENDINGS:
        raise InputError(f"The output must be a {' or '.join(ENDINGS)} file, got {output.name[:80]!r}.")
    size = size or (EXPLAINED if reason else rows_at_once(task))
    if output.exists() and output.samefile(source.path):
        raise InputError("The output would replace the input; name another file.")
    with at_hand():
        yield from through(task, source, columns, output, engine, reason, strict, size)


def through(
    task: Task,
    source: Source,
    columns: Columns,
    output: Path,
    engine: Engine,
    reason: Reason | None,
    strict: bool,
    size: int,
) -> Iterator[Pace]:
    """The job, with what of it was done before. Raises InputError, OSError."""
    parts = output.with_name(f"{output.name}.parts")
    begin(parts, identity(task, source, columns, size, reason is not None))
    work = Work(task, columns, source.types, parts, reason)
    start = time.monotonic()
    kept = [part_of(file) for file in sorted(parts.glob("*.parquet"))]
    before = sum(part.rows for part in kept)
    done, faulty, counts = 0, 0, Counter[str]()
    missing = (chunk for chunk in source.chunks(size) if not part_file(parts, chunk.number).exists())
    if not kept:
        yield pace(source, 0, 0, 0.0)
    for part in chain(kept, engine(work, missing)):
        if strict and part.faulty:
            problem = part.problems[0]
            shutil.rmtree(parts)
            raise InputError(f"Row {problem.row:,}{problem.column and f', {problem.column}'}: {problem.message}")
        done, faulty = done + part.rows, faulty + part.faulty
        counts.update(part.counts)
        if done >= before:
            yield pace(source, done, faulty, time.monotonic() - start, before, part.problems, dict(counts))
    if not done:
        shutil.rmtree(parts)
        raise InputError("The file has no rows.")
    join(parts, output)
    shutil.rmtree(parts)


def pace(source: Source, done: int, *told: Any) -> Pace:
    """How far a job has come in a file; told: the rest of a Pace, in its order."""
    total, about = source.count(done)
    return replace(Pace(done, total, *told), about=about)


def rows_at_once(task: Task) -> int:
    """How many rows are held in memory."""
    if any(field.kind in ("image", "audio") for field in task.demo.inputs):
        return LARGE
    return TABULAR if task.batch_size > OTHER else OTHER


def identity(task: Task, source: Source, columns: Columns, size: int, explained: bool) -> dict[str, object]:
    """What must be the same for a job to go on: file, model, columns, chunks."""
    return {
        "input": sha256(source.path),
        "model": task.name,
        "columns": columns.to_json(),
        "size": size,
        "explained": explained,
    }
