"""The endpoints that look at many rows of a model: how right it is, what is wrong with its data, a file as a whole."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ..study.mapping import Columns
from ..study.reading import Progress, Study, read
from ..study.sent_evaluation import evaluate
from ..study.sent_inspection import inspect
from ..study.source import Source
from ..task import Task
from ..types import Record
from .admission import READING, queued
from .catalogue import Catalogue

T = TypeVar("T")


def nothing_more(study: Study) -> Iterator[str]:
    """What follows on the reading of a file, unless something is to."""
    return iter(())


class Examining:
    """What `Endpoints` offers of it."""

    catalogue: Catalogue

    def evaluate(
        self,
        model: str,
        rows: list[dict[str, Any]],
        truth: str = "truth",
        groups: list[str] | None = None,
        label: str | None = None,
        threshold: float | None = None,
        costs: dict[str, float] | None = None,
        cluster: str | None = None,
    ) -> dict[str, Any]:
        """How right a model is on labelled rows, beside a naive answer; what a threshold does, and to which groups."""
        *_, found = self.evaluations(model, rows, truth, groups, label, threshold, costs, cluster)
        return found.to_json()

    def inspect(
        self,
        model: str,
        rows: list[dict[str, Any]],
        truth: str = "truth",
        queries: list[str] | None = None,
        known: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """What is wrong with the data of rows, how it drifted, and where the model is at its worst."""
        *_, found = self.inspections(model, rows, truth, queries, known)
        return found.to_json()

    @queued(READING, "evaluate")
    def evaluations(self, model: str, rows: Any, truth: str, groups: Any, *asked: Any) -> Iterator[Record]:
        """As `evaluate`, as a record."""
        yield evaluate(self.catalogue.task(model), rows, truth, groups or (), *asked)

    @queued(READING, "inspect")
    def inspections(self, model: str, rows: Any, truth: str, queries: Any, known: Any) -> Iterator[Record]:
        """As `inspect`, as a record."""
        yield inspect(self.catalogue.task(model), rows, truth, queries or (), known)

    @queued(READING, "read")
    def reads(
        self,
        model: str,
        source: Source,
        columns: Columns,
        title: str = "",
        then: Callable[[Study], Iterator[str]] = nothing_more,
    ) -> Iterator[Progress | Study | str]:
        """How far the reading of a file has come, and last the study of it; `then` goes on in the same place."""
        for part in read(self.catalogue.task(model), source, columns, title):
            yield part
            if isinstance(part, Study):
                yield from then(part)

    @queued(READING, "batch")
    def jobs(self, model: str, job: Callable[[Task], Iterator[T]]) -> Iterator[T]:
        """What a job over a file tells of itself; `job` makes it for the loaded model."""
        yield from job(self.catalogue.task(model))
