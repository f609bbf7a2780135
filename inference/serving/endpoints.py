"""The functions that everybody calls: page, REST and gradio_client. JSON in, JSON out, one place for errors."""

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ..device import on_device
from ..errors import Busy, InputError, ModelError, NotFound
from ..recording import Tick
from ..study.asked import evaluate
from ..study.inspected import inspect
from ..study.mapping import Columns
from ..study.reading import Progress, Study, read
from ..study.source import Source
from ..study.store import Store
from ..task import Task
from ..trace import Trace
from ..types import Answer, Record
from .catalogue import Catalogue
from .comparing import Comparing
from .listening import Heard, hear
from .others import Others
from .places import Stream, Streams, place
from .playing import decided, ticks_of
from .summing import Summing

log = logging.getLogger(__name__)

PREDICTING, EXPLAINING = 24, 8
"""Calls at work or waiting for the accelerator at once, together fewer than a server has threads (40): one more is told
to come back, and those threads stay free to tell it."""
NOTHING = Streams()


@dataclass(frozen=True)
class Report:
    """What a visitor is told of an error: an HTTP status and a message without paths or tracebacks."""

    status: int
    message: str


def report(error: Exception) -> Report:
    """The one place where an error becomes a message; an unforeseen one is logged under an id that it names."""
    for kind, status in ((NotFound, 404), (InputError, 422), (Busy, 503), (ModelError, 500)):
        if isinstance(error, kind):
            return Report(status, str(error))
    number = secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    return Report(500, f"Something went wrong on our side. Please try again, or quote error {number}.")


@on_device
def answered(task: Task, inputs: Any, trace: Trace) -> Iterator[str | Trace | Answer]:
    """As `Task.stream`, and the trace before the answer."""
    with closing(task.stream(inputs, trace)) as parts:  # type: ignore[type-var]  # a generator
        for part in parts:
            if isinstance(part, Answer):
                yield trace
            yield part


class Endpoints(Comparing, Summing):
    """Models, predict, explain, check, counterfactuals, sweep, streaming twins of the long ones, and play."""

    def __init__(self, catalogue: Catalogue, streams: Streams = NOTHING) -> None:
        self.catalogue, self.streams = catalogue, streams
        self.others = Others(catalogue)
        self.studies = Store()
        self._predicting = threading.BoundedSemaphore(PREDICTING)
        self._explaining = threading.BoundedSemaphore(EXPLAINING)

    def models(self) -> list[dict[str, Any]]:
        """Every model on offer: name, task, title, fields and examples."""
        return self.catalogue.describe()

    def predict(self, model: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The prediction for one input, with its decision, warnings and trace."""
        *_, answer = self.predict_stream(model, inputs)
        return answer

    def explain(
        self,
        model: str,
        inputs: dict[str, Any],
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        method: str = "auto",
    ) -> dict[str, Any]:
        """Why the model gave the target its score: the last explanation of the stream."""
        *_, last = self.explain_stream(model, inputs, target, evaluations, seconds, method)
        return last

    def check(self, model: str, inputs: dict[str, Any], check: str, target: Any = None) -> dict[str, Any]:
        """How far an explanation can be trusted: what one check of it found."""
        *_, last = self.checks(model, inputs, check, target)
        return last.to_json()

    def evaluate(
        self,
        model: str,
        rows: list[dict[str, Any]],
        truth: str = "truth",
        groups: list[str] | None = None,
        label: str | None = None,
        threshold: float | None = None,
        costs: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """How right a model is on labelled rows, beside a naive answer; what a threshold does, and to which groups."""
        with place(self._explaining):
            found = evaluate(self.catalogue.task(model), rows, truth, groups or (), label, threshold, costs)
        return found.to_json()

    def counterfactuals(
        self,
        model: str,
        inputs: dict[str, Any],
        to: str | None = None,
        past: float | None = None,
        fixed: list[str] | None = None,
        count: int | None = None,
        evaluations: int | None = None,
    ) -> dict[str, Any]:
        """The smallest changes of an input that flip what is decided about it, each checked by the model."""
        *_, last = self.counterfactuals_stream(model, inputs, to, past, fixed, count, evaluations)
        return last

    def sweep(
        self, model: str, inputs: dict[str, Any], field: str, target: str | None = None, points: int | None = None
    ) -> dict[str, Any]:
        """A number or a category over its range: the score at each value, and what would be decided."""
        *_, last = self.sweeps(model, inputs, field, target, points)
        return last.to_json()

    def inspect(
        self,
        model: str,
        rows: list[dict[str, Any]],
        truth: str = "truth",
        queries: list[str] | None = None,
        known: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """What is wrong with the data of rows, how it drifted, and where the model is at its worst."""
        with place(self._explaining):
            return inspect(self.catalogue.task(model), rows, truth, queries or (), known).to_json()

    def predict_stream(self, model: str, inputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """`{"delta": "…"}` for each piece of a text as it is written, and the answer last."""
        for part in self.answers(model, inputs):
            yield part.to_json() if isinstance(part, Answer) else {"delta": part}

    def explain_stream(
        self,
        model: str,
        inputs: dict[str, Any],
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        method: str = "auto",
    ) -> Iterator[dict[str, Any]]:
        """Ever better explanations."""
        for explanation in self.explanations(model, inputs, target, evaluations, seconds, method=method):
            yield explanation.to_json()

    def counterfactuals_stream(
        self,
        model: str,
        inputs: dict[str, Any],
        to: str | None = None,
        past: float | None = None,
        fixed: list[str] | None = None,
        count: int | None = None,
        evaluations: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """How far the search has come, each set of changes as it is found, and all of them last."""
        for part in self.changes(model, inputs, to, past, fixed or (), count, evaluations):
            yield part.to_json()

    def play(
        self, model: str, ticks: list[dict[str, Any]] | None = None, start: int = 0, count: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """One decision a tick, of the model's own recording or of the inputs in `ticks`, as fast as they are made."""
        for tick in self.plays(model, ticks, start, count):
            yield tick.to_json()

    def plays(self, model: str, ticks: Any = None, start: Any = 0, count: Any = None) -> Iterator[Tick]:
        """As `play`, as records. Others take their turns between two ticks."""
        task = self.catalogue.task(model)
        for number, inputs, truth in ticks_of(task, ticks, start, count):
            with place(self._predicting):
                tick = decided(task, number, inputs, truth)
            yield tick

    def reads(self, model: str, source: Source, columns: Columns, title: str = "") -> Iterator[Progress | Study]:
        """How far the reading of a file has come, and last the study of it."""
        with place(self._explaining):
            yield from read(self.catalogue.task(model), source, columns, title)

    def answers(self, model: str, inputs: Any, trace: Trace | None = None) -> Iterator[str | Answer]:
        """As `predict_stream`, as records; the trace is told of every step."""
        with place(self._predicting):
            trace = trace or Trace()
            heard = hear(self.catalogue, model, inputs, trace)
            with closing(answered(self.catalogue.task(model, trace), heard.inputs, trace)) as parts:  # type: ignore[type-var]
                for part in parts:
                    if isinstance(part, Trace):
                        vars(trace).update(vars(part))  # it may have been written elsewhere
                    else:
                        yield heard.told(part)

    def heard(self, model: str, inputs: Any) -> Heard:
        """The inputs with words in the place of speech."""
        with place(self._predicting):
            return hear(self.catalogue, model, inputs)

    def explanations(
        self, model: str, inputs: Any, target: Any = None, evaluations: Any = None, seconds: Any = None, **options: Any
    ) -> Iterator[Record]:
        """As `explain_stream`, as records; what only code can say goes on as `options`."""
        yield from self._asked(self.streams.explain, model, inputs, target, evaluations, seconds, **options)

    def checks(self, model: str, inputs: Any, check: str, target: Any = None, **options: Any) -> Iterator[Record]:
        """How far a check has come, again and again, and last what it found; `options` as for `explanations`."""
        yield from self._asked(self.streams.check, model, inputs, check, target, **options)

    def changes(self, model: str, inputs: Any, *asked: Any, **options: Any) -> Iterator[Record]:
        """As `counterfactuals_stream`, as records; `options` as for `explanations`."""
        yield from self._asked(self.streams.change, model, inputs, *asked, **options)

    def sweeps(self, model: str, inputs: Any, *asked: Any) -> Iterator[Record]:
        """How far a sweep has come, again and again, and last the sweep."""
        yield from self._asked(self.streams.sweep, model, inputs, *asked)

    def _asked(self, stream: Stream, model: str, inputs: Any, *asked: Any, **options: Any) -> Iterator[Record]:
        with place(self._explaining):
            said = hear(self.catalogue, model, inputs).inputs
            yield from stream(self.catalogue.task(model), said, *asked, **options)
