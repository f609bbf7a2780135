"""Labelled rows that a program sends, and what is measured of them in one record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from ..device import on_device
from ..errors import InputError
from ..task import Task
from ..types import Record, absent
from . import evaluation
from .checking import Problem
from .costs import Cheapest, Costs, cheapest
from .curves import Confusion
from .fairness import Fairness, fairness
from .mapping import Columns, guess
from .metrics import Metrics
from .reading import Study, read
from .source import MOST_COLUMNS, Chunk, Source
from .thresholds import Outcome, outcomes, sweep

MOST = 10_000
"""Rows of one call."""


@dataclass(frozen=True)
class Evaluation(Record):
    """What labelled rows say of a model.

    `confusion` is there for labels, `label` and `cheapest` wherever a threshold on one label's score decides; `at` and
    `groups` say what a threshold does that was asked for.
    """

    model: str
    metrics: Metrics
    problems: tuple[Problem, ...]
    faulty: int
    confusion: Annotated[Confusion | None, absent] = None
    label: Annotated[str | None, absent] = None
    at: Annotated[Outcome | None, absent] = None
    cheapest: Annotated[Cheapest | None, absent] = None
    groups: tuple[Fairness, ...] = ()


class Sent(Source):
    """Rows as JSON objects; their keys are the columns, and what a row lacks is empty."""

    def __init__(self, rows: Any) -> None:
        super().__init__(Path())
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise InputError("rows must be a list of objects, each with the fields of one input and its truth.")
        if len(rows) > MOST:
            raise InputError(f"One call takes {MOST:,} rows, got {len(rows):,}; send a file on the page instead.")
        self.rows, self.total = rows, len(rows)
        self.columns = tuple(dict.fromkeys(str(name) for row in rows for name in row))
        if len(self.columns) > MOST_COLUMNS:  # each takes a cell in every row
            raise InputError(f"rows may name {MOST_COLUMNS:,} columns together, got {len(self.columns):,}.")
        for number, row in enumerate(rows, start=1):
            if any(isinstance(cell, str) and not is_whole(cell) for cell in (*row, *row.values())):
                raise InputError(f"Row {number:,} holds half a character (a lone surrogate); write it anew.")

    def chunks(self, size: int) -> Iterator[Chunk]:
        for number, start in enumerate(range(0, len(self.rows), size)):
            some = self.rows[start : start + size]
            cells = {name: [row.get(name, "") for row in some] for name in self.columns}
            yield Chunk(number, list(range(start + 1, start + 1 + len(some))), cells)


def is_whole(text: str) -> bool:
    """Whether a text can be written: JSON lets halves of characters through."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@on_device
def evaluate(
    task: Task,
    rows: Any,
    truth: str = "truth",
    groups: Sequence[str] = (),
    label: str | None = None,
    threshold: float | None = None,
    costs: Any = None,
    cluster: str | None = None,
) -> Evaluation:
    """What rows say. truth, groups, cluster: their columns; label: whose score the threshold is on. Raises InputError.

    cluster: what rows belong to, as to one customer; by default the column that demo.json names, where there is one.
    """
    source = Sent(rows)
    found = guess(task.demo, source.columns)
    named = truth if truth in source.columns else None
    columns = Columns(found.fields, named, tuple(groups) or found.groups, cluster=cluster or found.cluster)
    *_, study = read(task, source, columns)
    assert isinstance(study, Study)  # the stream's last part
    return evaluated(task, study, label, threshold, Costs.from_json(costs) if costs is not None else Costs())


def evaluated(task: Task, study: Study, label: str | None, threshold: float | None, costs: Costs) -> Evaluation:
    """The record of a study."""
    metrics, case = evaluation.metrics(task, study, positive=label), evaluation.case_of(task, study, label)
    told = Evaluation(study.model, metrics, study.problems, study.faulty, evaluation.confusion(task, study))
    if case is None:
        return told
    swept = sweep(case.truth, case.scores)
    told = replace(told, label=case.name, cheapest=cheapest(swept, costs))
    if threshold is None:
        return told
    flagged, groups = case.scores >= threshold, study.results.groups.items()
    belongs = evaluation.clusters_at(study, case.places)
    fair = (fairness(each, case.truth, flagged, members[case.places], belongs=belongs) for each, members in groups)
    return replace(told, at=outcomes(swept.at([threshold]))[0], groups=tuple(fair))
