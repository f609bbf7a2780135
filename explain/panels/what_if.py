"""What if: a case that is changed step by step, with the old beside the new and a trail to go back on.

It stands between the form and what shows a case, and asks nothing of a model that the case does not.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from inference.contents import digest
from inference.errors import InputError, SeeWhyError
from inference.fields import AnyField, TextField
from inference.panels.asking import Values
from inference.panels.entered import entered
from inference.types import Raw

from ..changes import Counterfactual
from ..differences import differences
from ..hiding import without
from . import flip, shared
from .case import Case
from .compared import compared
from .trail import Step, Trail, named

KEEP: Any = gr.skip()
LEFT = (KEEP,) * 4
"""Leaves what the case shows as it is."""
Shown = tuple[Any, ...]


class WhatIf:
    """A case and its trail: what the case shows, and with each part the card of old beside new."""

    def __init__(self, case: Case, first: Values | None = None) -> None:
        """first: the values of an input whose answer is shown already, if one is."""
        self.case, self.first, self.trail = case, first, Trail()
        self.note = ""  # what was wrong with the last change
        self.below = ""  # what was asked of the present input: what would flip it, or a sweep
        self.flips: Sequence[Counterfactual] = ()

    def follows(self) -> bool:
        """Whether answers follow typing."""
        return self.case.follows()

    def answered(self, values: Values, anew: bool = False) -> Iterator[Shown]:
        """Prediction and explanation, a step of the trail. anew: another case, which begins a trail of its own."""
        self._open(anew)
        before = self.case.latest
        for shown in self.case.answered(values):
            new = self.case.latest is not None and self.case.latest is not before
            if new:
                before = self.case.latest
                self._arrive(values)
            yield (*shown, self.card() if new or not self.trail.steps else KEEP)
        yield from self._reasons()

    def typed(self, values: Values) -> Iterator[Shown]:
        """The prediction while somebody types, beside that of the start; no step yet."""
        self._open()
        for shown in self.case.typed(values):
            yield (*shown, self.card() if self.case.latest and self.trail.steps else KEEP)

    def rested(self, values: Values) -> Iterator[Shown]:
        """The explanation, and a step, once nobody types any longer."""
        if self.case.latest:
            self._arrive(values)
            yield (*LEFT, self.card())
        for shown in self.case.rested(values):
            yield (*shown, KEEP)
        yield from self._reasons()

    def other(self, values: Values, target: str) -> Iterator[Shown]:
        """The explanation of another target."""
        for shown in self.case.other(values, target):
            yield (*shown, KEEP)
        yield from self._reasons()

    def checked(self, values: Values, asked: str) -> Iterator[str]:
        """A check of the explanation."""
        return self.case.checked(values, asked)

    def linked(self, values: Values) -> str:
        """A link to the case."""
        return shared.link(self.case, values)

    def hearing(self, field: TextField) -> str:
        """What has to be done before speech can be written into a field; empty where it can."""
        return self.case.hearing(field)

    def heard(self, field: TextField, recording: Any) -> str:
        """The words of a recording for a field."""
        return self.case.heard(field, recording)

    def edited(self, values: Values, asked: str) -> list[Any]:
        """The form's values after a change that page.js sends as JSON with the number of the question.

        `{"hide": [ids of features]}`, `{"step": n}` of the trail, or `{"try": n}` of the changes that were found.
        """
        self.note = ""
        try:
            _, command = json.loads(asked)
            return self._changed(values, command)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError):
            return [KEEP] * len(values)
        except SeeWhyError as error:
            self.note = str(error)
            return [KEEP] * len(values)

    def followed(self, values: Values) -> Iterator[Shown]:
        """The answer to what `edited` put into the form, or what was wrong."""
        if self.note:
            yield (*LEFT, self.card())
        else:
            yield from self.answered(values)

    def explored(self, values: Values, asked: str) -> Iterator[str]:
        """The card with what is asked of the input as it is, as JSON likewise.

        `{"anew": true}` makes it the start, `{"flip": true}` looks for what would flip it, `{"sweep": field}` draws it.
        """
        try:
            _, command = json.loads(asked)
        except (ValueError, TypeError, RecursionError):
            return
        if "anew" in command and self.trail.steps:
            self.trail.begin()
            yield self.card()
            return
        self._open()
        found = None
        try:
            for found in flip.stream(self.case, self.case.inputs(values), command):
                self.flips, self.below = found.flips, found.html
                yield self.card()
        finally:
            if found is None or found.working:  # it was stopped
                self.below = ""

    def card(self) -> str:
        """Old beside new, or what can be tried; below, what was asked of the input."""
        return compared(self.case, self.trail, self.note) + self.below

    def _open(self, anew: bool = False) -> None:
        """Before anything is answered: the start is what was shown first."""
        self.note = self.below = ""
        self.flips = ()
        if anew:
            self.trail, self.first = Trail(), None
        if self.first is not None and not self.trail.steps:
            first, self.first = self.first, None
            list(self.case.typed(first))
            if self.case.latest:
                self._arrive(first)

    def _arrive(self, values: Values) -> None:
        """The latest answer as a step."""
        assert self.case.latest is not None  # asked by the callers
        raw, answer = self.case.latest
        told = named(differences(self.case.about.inputs, self.trail.raw, raw)) if self.trail.steps else "Start"
        self.trail.arrive(Step(values, digest(raw), answer, told), raw)

    def _reasons(self) -> Iterator[Shown]:
        """The card with the reasons, once there are any."""
        known = self.case.explained()
        if known and self.trail.steps and digest(self.trail.raw) == self.trail.present.key:
            self.trail.present.explained[known.explanation.target] = known
            yield (*LEFT, self.card())

    def _changed(self, values: Values, command: dict[str, Any]) -> list[Any]:
        """What each widget shows after a command. Raises InputError."""
        fields = self.case.about.inputs
        if "step" in command:
            return [again(*pair) for pair in zip(fields, self.trail.steps[command["step"]].values, strict=True)]
        raw = self.case.task.parse(self.case.inputs(values))
        changed: Raw = {}
        if "try" in command:
            found = self.flips[command["try"]]
            sent = {field.name: field.parse(found.inputs[field.name]) for field in fields if field.name in found.inputs}
            hidden = [change.feature for change in found.changes if change.field not in found.inputs]
            changed = sent | (without(self.case.task, raw, hidden) if hidden else {})
        elif command["hide"]:
            changed = without(self.case.task, raw, command["hide"], self.case.memory.latest(self.case.task, raw))
            if digest(raw | changed) == digest(raw):
                raise InputError("It is as usual already: nothing would change.")
        return [entered(field, changed[field.name]) if field.name in changed else KEEP for field in fields]


def again(field: AnyField, value: Any) -> Any:
    """A value that a widget gave, for the widget: what came as a data URI has no file."""
    uri = field.kind in ("image", "audio") and isinstance(value, str) and value.startswith("data:")
    if uri:
        return entered(field, field.parse(value))
    return str(value) if field.kind in ("image", "audio") and value is not None else value
