"""Rows that a program sends, and what is found of their data in one record: faults, drift, slices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from ..device import on_device
from ..errors import InputError
from ..task import Task
from ..types import Record, absent
from . import evaluation, inspection, reference
from .checking import check_chunk
from .drift import Drifts
from .faults import Fault
from .mapping import check, guess
from .reading import Study, read
from .reference import Known
from .search import Search
from .sent_evaluation import Sent
from .slices import Slices, of_queries


@dataclass(frozen=True)
class Inspection(Record):
    """`worst` and `slices` are there where rows have a truth, the latter where queries were sent."""

    model: str
    faults: tuple[Fault, ...]
    drift: Drifts
    worst: Annotated[Search | None, absent] = None
    slices: Annotated[Slices | None, absent] = None


@on_device
def inspect(task: Task, rows: Any, truth: str = "truth", queries: Sequence[str] = (), known: Any = None) -> Inspection:
    """What is found. truth: its column; known: rows to compare with, by default those that the model brings.

    Raises InputError.
    """
    source = Sent(rows)
    found = guess(task.demo, source.columns)
    named = truth if truth in source.columns else None
    *_, study = read(task, source, replace(found, truth=named))
    assert isinstance(study, Study)  # the stream's last part
    beside = Known("the rows sent to compare with", inputs(task, known)) if known is not None else None
    drift = reference.compared(task, study.results.raws, study.results.answers, beside)
    sliced = of_study(task, study, queries) if queries else None
    return Inspection(task.name, inspection.quality(task, study), drift, worst(task, study), sliced)


def inputs(task: Task, rows: Any) -> list[Any]:
    """The rows that are inputs. Raises InputError."""
    source = Sent(rows)
    columns = check(task.demo, source.columns, guess(task.demo, source.columns))
    return [raw for chunk in source.chunks(1_000) for raw in check_chunk(task.demo, columns, chunk).raws]


def worst(task: Task, study: Study) -> Search | None:
    """The worst slices; None where the rows do not allow a search."""
    try:
        return inspection.worst(task, study)
    except InputError:
        return None


def of_study(task: Task, study: Study, queries: Sequence[str]) -> Slices:
    """The slices of queries, of the rows that the model was not trained on. Raises InputError."""
    places = evaluation.held(study)
    traits = [trait.at(places) for trait in inspection.traits_of(task, study)]
    return of_queries([(each, each) for each in queries], inspection.losses_of(task, study).at(places), traits)
