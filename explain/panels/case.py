"""What the page shows of one model's inputs: the prediction first, then the explanation that sharpens."""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr

from inference.contents import digest
from inference.errors import SeeWhyError
from inference.fields import TextField
from inference.panels import answer
from inference.panels.asking import Values
from inference.panels.take import take
from inference.panels.waiting import awaited
from inference.serving.endpoints import Endpoints
from inference.serving.listening import missing
from inference.serving.reports import report
from inference.task import Task
from inference.trace import Trace
from inference.types import Answer, Raw, Target
from inference.units import filesize

from ..memory import Explained, Memory
from . import trust, why

Shown = tuple[Any, Any, Any, Any]
"""What the page shows of a case: answer, why, path, and what can be taken along, as HTML."""

KEEP: Any = gr.skip()


class Case:
    """What the page shows of one model's inputs, which come as the values of its fields."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)
        self.memory = Memory()
        self.latest: tuple[Raw, Answer] | None = None
        """The input that was answered last, unless something was wrong with one since."""
        self.wanted: Target | None = None
        """Whose score to explain of the input that is answered first, where it is not what comes first itself."""
        self._first = b""
        self.nothing = False  # the last prediction found something that can be explained

    def answered(self, values: Values) -> Iterator[Shown]:
        """First the prediction, then the sharpening explanation of what was predicted."""
        yield answer.WAITING, "", "", ""
        target = None
        try:
            yield from ((html, "", "", "") for html in self._loading())
            for shown, found in self._predicted(values, why.WAITING):
                target = self._target(found) if found else None
                yield shown
        except Exception as error:
            yield answer.failure(report(error).message), "", "", ""
        if target:
            yield from self.reasons(values, target)

    def _target(self, found: Answer) -> Target | None:
        """Whose score to explain of an answer; None if there is nothing."""
        if self.wanted and self.latest:
            key = digest(self.latest[0])
            self._first = self._first or key
            if key == self._first:
                return self.wanted
        return self.task.target(found.prediction)

    def follows(self) -> bool:
        """Whether answers follow typing: of a model in memory, unless it would write a text at every key."""
        return self.endpoints.catalogue.ready(self.name) and self.task.kind != "text"

    def typed(self, values: Values) -> Iterator[Shown]:
        """The prediction while somebody types."""
        try:
            yield from (shown for shown, _ in self._predicted(values, KEEP, asked=False))
        except Exception as error:
            yield answer.failure(report(error).message), "", "", ""

    def rested(self, values: Values) -> Iterator[Shown]:
        """The explanation, once nobody types any longer; what is wrong with an input was said already."""
        try:
            self.task.parse(self.inputs(values))
        except SeeWhyError:
            return
        if not self.nothing:
            yield from self.reasons(values)

    def other(self, values: Values, target: str) -> Iterator[Shown]:
        """The explanation of another target, which page.js sends as JSON with the number of the question."""
        try:
            _, asked = json.loads(target)
        except (ValueError, TypeError, RecursionError):
            return
        yield KEEP, why.WAITING, KEEP, KEEP
        yield from self.reasons(values, asked)

    def checked(self, values: Values, asked: str) -> Iterator[str]:
        """A check of an explanation, which page.js sends as JSON: the number of the question, its target, the check."""
        try:
            _, target, check = json.loads(asked)
        except (ValueError, TypeError, RecursionError):
            return
        try:
            yield from trust.stream(self.endpoints, self.name, self.inputs(values), check, target, self.memory)
        except Exception as error:
            yield answer.failure(report(error).message)

    def hearing(self, field: TextField) -> str:
        """What has to be done before speech can be written into a field; empty where it can."""
        return missing(self.endpoints.catalogue, field)

    def heard(self, field: TextField, recording: Any) -> str:
        """The words of a recording for a field; an error is told as Gradio tells it."""
        try:
            heard = self.endpoints.heard(self.name, {field.name: recording})
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None
        for warning in heard.warnings:
            gr.Warning(warning)
        return heard.said[field.name]

    def reasons(self, values: Values, target: Any = None) -> Iterator[Shown]:
        """The explanation alone."""
        try:
            for explanation in why.stream(self.endpoints, self.name, self.inputs(values), target, self.memory):
                yield KEEP, explanation, KEEP, KEEP
        except Exception as error:
            yield KEEP, answer.failure(report(error).message), KEEP, KEEP

    def explained(self) -> Explained | None:
        """What was said last of the latest input."""
        return self.memory.latest(self.task, self.latest[0]) if self.latest else None

    def _loading(self) -> Iterator[str]:
        """How the loading of the model goes, twice a second."""
        catalogue = self.endpoints.catalogue
        if catalogue.ready(self.name):
            return
        size = filesize(catalogue.expected(self.name))
        yield from awaited(lambda: catalogue.task(self.name), f"Loading the model, {size}")

    def _predicted(self, values: Values, reasons: Any, asked: bool = True) -> Iterator[tuple[Shown, Answer | None]]:
        inputs, trace, self.latest = self.inputs(values), Trace(), None
        for shown, path, found in answer.stream(self.endpoints, self.name, inputs, trace, asked):
            along = take(self.name, self.about, inputs) if found else ""
            if found:
                self.latest = trace.raw or self.task.parse(inputs), found
                self.memory.likely = self.task.targets(found.prediction)
                self.nothing = not self.memory.likely
            why_so = why.NOTHING if self.nothing else reasons
            yield (shown, why_so if found else "", path, along), found

    def inputs(self, values: Values) -> dict[str, Any]:
        """The values by field name."""
        return dict(zip([field.name for field in self.about.inputs], values, strict=True))

    @property
    def task(self) -> Task:
        """The loaded model."""
        return self.endpoints.catalogue.task(self.name)
