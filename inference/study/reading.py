"""A whole file as a study: every row that is an input with what the model says of it, in memory.

For what looks at all rows at once; files of any length go through job.py.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..accelerator import patiently
from ..demo import Demo
from ..errors import InputError
from ..sounds import Sound
from ..task import Task
from ..types import Raw, Record
from .checking import Checked, Problem, check_chunk
from .clusters import coded
from .digest import sha256
from .mapping import Columns, check
from .results import Answers, Results, answers, of_truths
from .source import Chunk, Source, at_hand

MOST = {"image": 2_000, "audio": 500}
MOST_ROWS, MOST_BYTES = 100_000, 1024**3
"""Rows that are held in memory, fewer of what is large, and bytes of what is; the first ones of a longer file."""
LOOKED = 4
"""So many times as many are looked at: rows that the model cannot take are held as well."""
SEEN, SEEN_LARGE = 200, 24
"""Rows that a preview looks at, and of pictures and recordings."""
TOLD = 1_000
"""Problems that are kept; all are counted."""


@dataclass(frozen=True)
class Progress(Record):
    """Rows done, of how many where that is known, or else `about` how many."""

    done: int
    total: int | None
    about: bool = False


@dataclass(frozen=True, eq=False)
class Study:
    """A file as a model read it. `cut` says whether more rows followed; `faulty` counts the rows that were no input;
    `found` holds what was made of it for the page, by section. file, sha256: its name, and what tells its content."""

    model: str
    title: str
    columns: Columns
    results: Results
    problems: tuple[Problem, ...]
    faulty: int
    cut: bool
    found: dict[str, str] = field(default_factory=dict, compare=False)
    file: str = ""
    sha256: str = ""

    @property
    def bytes(self) -> int:
        """Roughly what it takes in memory."""
        rows = self.results.rows
        large = weight(self.results.raws)
        return int(rows.memory_usage(deep=True).sum()) * 3 + self.results.answers.scores.nbytes + large

    def inputs(self, row: int) -> dict[str, Any]:
        """What one row, by its number in the file, gives the model. Raises InputError."""
        rows = self.results.rows
        if row not in rows.index:
            raise InputError(f"Row {row:,} is not among the {len(rows):,} rows that were read.")
        return self.results.raws[rows.index.get_loc(row)]

    def truth(self, row: int) -> str:
        """What the file says is right of a row, in its own words; empty where it does not say."""
        cell = self.results.rows.at[row, self.columns.truth] if self.columns.truth else ""
        return "" if cell is None or cell != cell else str(cell)


def weight(raws: Iterable[Raw]) -> int:
    """Bytes of the pictures and recordings among checked inputs."""
    values = [value for raw in raws for value in raw.values()]
    pictures = sum(value.width * value.height * 3 for value in values if hasattr(value, "getbands"))
    return pictures + sum(value.samples.nbytes for value in values if isinstance(value, Sound))


def first_rows(about: Demo, source: Source) -> Chunk:
    """The rows that a preview looks at, fewer of what is decoded for it. Raises InputError."""
    seen = SEEN_LARGE if any(each.kind in MOST for each in about.inputs) else SEEN
    with at_hand(), closing(source.chunks(seen)) as chunks:  # type: ignore[type-var]  # generators all
        chunk = next(iter(chunks), None)
    if chunk is None:
        raise InputError("The file has no rows.")
    return chunk


def read(task: Task, source: Source, columns: Columns, title: str = "") -> Iterator[Progress | Study]:
    """How far the reading has come, and the study last. Closing the stream ends it. Raises InputError."""
    check(task.demo, source.columns, columns)
    most = min(MOST.get(field.kind, MOST_ROWS) for field in task.demo.inputs)
    size = min(most, max(64, task.batch_size) if task.same_items else 2 * task.batch_size)  # the others take longer
    parts: list[tuple[Chunk, Checked, Answers]] = []
    problems: list[Problem] = []
    done = kept = faulty = held = 0
    for chunk in source.chunks(size):
        checked = check_chunk(task.demo, columns, chunk, task.fits)
        room = most - kept
        checked = Checked(checked.places[:room], checked.raws[:room], checked.problems)
        parts.append((chunk, checked, patiently(answers, task, checked.raws)))
        held += weight(checked.raws)
        kept, done = kept + len(checked.raws), done + len(chunk.rows) + len(chunk.broken)
        faulty += len({problem.row for problem in checked.problems})
        problems += checked.problems[: TOLD - len(problems)]
        yield Progress(done, *source.count(done))
        if full := kept >= most or held >= MOST_BYTES or done >= LOOKED * most:
            break
    if not kept:
        told = f" The first: row {problems[0].row:,}, {problems[0].message}" if problems else ""
        raise InputError(f"The file has no row that the model can take.{told}")
    cut = full and (source.total or done + 1) > done
    results, about = joined(task, columns, parts), (source.path.name, sha256(source.path))
    yield Study(task.name, title, columns, results, tuple(problems), faulty, cut, {}, *about)


def joined(task: Task, columns: Columns, parts: list[tuple[Chunk, Checked, Answers]]) -> Results:
    """The parts of a file as one."""
    import pandas as pd

    frames, raws = [], []
    for chunk, checked, _ in parts:
        cells = {name: [values[place] for place in checked.places] for name, values in chunk.cells.items()}
        shown = {name: values for name, values in cells.items() if not any(isinstance(v, bytes) for v in values)}
        frames.append(pd.DataFrame(shown, index=[chunk.rows[place] for place in checked.places]))
        raws += checked.raws
    rows = pd.concat(frames)
    truth = of_truths(task, rows[columns.truth].tolist()) if columns.truth else None
    groups = {name: rows[name].astype(str).to_numpy(object) for name in columns.groups}
    clusters = coded(rows[columns.cluster].tolist()) if columns.cluster else None
    return Results(together([each for _, _, each in parts if len(each)]), rows, raws, truth, groups, clusters)


def together(parts: list[Answers]) -> Answers:
    """The answers of several chunks, whose items may differ."""
    items = tuple(dict.fromkeys(item for part in parts for item in part.items))
    scores = np.concatenate([aligned(part, items) for part in parts])
    decided = [part.decisions for part in parts if part.decisions is not None]
    around = [part.intervals for part in parts if part.intervals is not None]
    return Answers(
        items,
        scores,
        np.concatenate([part.predicted for part in parts]),
        np.concatenate(decided) if decided else None,
        tuple(each for part in parts for each in part.predictions),
        np.concatenate(around) if around else None,
    )


def aligned(part: Answers, items: tuple[str, ...]) -> NDArray[np.float64]:
    """The scores of these items, float64[n, items], NaN for those that a part does not know."""
    if part.items == items:
        return part.scores
    places = {item: i for i, item in enumerate(part.items)}
    padded = np.column_stack([part.scores, np.full(len(part), np.nan)])
    return padded[:, [places.get(item, -1) for item in items]]
