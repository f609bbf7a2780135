"""The one page: the landing with its models, and for the model chosen its form, its answer, and why."""

import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr

from inference.errors import InputError, NotFound, SeeWhyError
from inference.fields import TextField
from inference.panels import answer, guests, landing, look
from inference.panels.asking import Values
from inference.panels.form import example_values, form
from inference.panels.playing import panel
from inference.panels.remote import remote
from inference.panels.take import take
from inference.panels.waiting import awaited
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints, report
from inference.serving.listening import missing
from inference.study.reading import Study
from inference.task import Task
from inference.types import Answer
from inference.units import filesize

from ..memory import Memory
from . import batch, compare, evaluate, story, trust, why

Shown = tuple[Any, Any, Any, Any]
"""What the page shows of a case: answer, why, path, and what can be taken along, as HTML."""

VIEWS: dict[str, Callable[[Endpoints, str, str], None]] = {
    "batch": batch.view,
    "evaluate": evaluate.view,
    "compare": compare.view,
}
"""Further screens of a model, by what they are called in its address: `NAME#batch`, or with what of it `NAME#batch-…`.

Each places its components for a model by name, and for what follows in the address.
"""
CALLED = {"": "One case", **{view: view.capitalize() for view in VIEWS}}

PARTS = ("answer", "why", "path", "take")
KEEP: Any = gr.skip()


def page(endpoints: Endpoints) -> gr.Blocks:
    """The landing; once a model is chosen, its form left and answer, why and path right."""
    catalogue = endpoints.catalogue
    told = story.read(catalogue.folders)
    with gr.Blocks(title="SeeWhy", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        gr.HTML(look.HEADER)
        with gr.Column(elem_classes="landing"):
            hero = story.hero(told, catalogue.about(told.model)) if told else ""
            gr.HTML(hero + landing.tiles(catalogue.demos, catalogue.folders), apply_default_css=False)
            if catalogue.takes_guests:
                guests.box(catalogue)
        chosen = gr.Textbox("", elem_id="chosen", visible="hidden", label="Model")  # page.js writes into it
        # Without an output: set by an event, it would undo a click that came while the event was under way.
        blocks.load(None, None, chosen, js="() => arrive()", api_visibility="private")

        # Not by the load event as well: its empty screen may come after the one that the address names.
        @gr.render(inputs=chosen, triggers=[chosen.change])
        def screen(asked: str) -> None:
            """Made anew for each model, so that nothing of the model before can write into it."""
            name, _, mark = asked.partition("#")
            view, _, of = mark.partition("-")
            if name not in catalogue.demos:
                gr.HTML(landing.heading("This model is not here") + unknown(catalogue, name) if name else "")
            elif view in VIEWS:
                gr.HTML(landing.heading(catalogue.about(name).title, name, CALLED, view))
                VIEWS[view](endpoints, name, of)
            else:
                model(endpoints, name, told if told and (name, mark) == (told.model, story.MARK) else None, of)

        gr.HTML(look.FOOTER)
        remote(endpoints)
    return blocks


def model(endpoints: Endpoints, name: str, told: story.Story | None, row: str = "") -> None:
    """The screen of one model, with a story told already or nothing asked yet.

    row: which row of which file the form starts with, as `row_address` writes it.
    """
    about, folder = endpoints.catalogue.about(name), endpoints.catalogue.folders[name]
    parts = story.told(told, about, folder) if told else (answer.EMPTY, "", "", "")
    start: Sequence[Any] | None = None
    if told:
        start = example_values(folder, about, about.examples[told.example])
    elif row:
        try:
            start = opened(endpoints, name, row)
        except SeeWhyError as error:
            parts = (answer.failure(str(error)), "", "", "")
    gr.HTML(landing.heading(about.title, name, CALLED))
    recorded = panel(endpoints, name) if about.recording else None
    with gr.Row(elem_classes="screen"):
        left, right = gr.Column(scale=5, min_width=320), gr.Column(scale=6, min_width=320)
    with right:
        # Each with a value: without one, the page would keep that of the model before.
        html = dict(zip(PARTS, parts, strict=True))
        above = [gr.HTML(html[part], elem_id=part) for part in PARTS[:2]]
        checked = gr.HTML("", elem_id="checked")  # under the explanation, what checks of it found
        shown = [*above, *(gr.HTML(html[part], elem_id=part) for part in PARTS[2:]), checked]
    with left:
        if row and start:
            gr.HTML(opened_note(endpoints, name, row))
        form(name, folder, about, Case(endpoints, name), shown, start, recorded)


def opened(endpoints: Endpoints, name: str, row: str) -> list[Any]:
    """A row of a file as the widgets take it. Raises InputError."""
    about, (study, number) = endpoints.catalogue.about(name), row_of(endpoints, name, row)
    return [study.shown(field, number) for field in about.inputs]


def row_of(endpoints: Endpoints, name: str, row: str) -> tuple[Study, int]:
    """The file and the number of the row that an address names, `STUDY-NUMBER`. Raises InputError."""
    of, _, number = row.rpartition("-")
    study = endpoints.studies.get(of)
    if study.model != name or not number.isdigit():
        raise InputError("This address names no row of a file; open one from its table.")
    return study, int(number)


def opened_note(endpoints: Endpoints, name: str, row: str) -> str:
    """Which row is shown, for people; page.js asks about it at once."""
    study, number = row_of(endpoints, name, row)
    truth = study.truth(number)
    said = f", where the file says <b>{escape(truth)}</b>" if truth else ""
    return f'<p class="opened" data-ask>Row {number:,} of {escape(study.title)}{said}</p>'


def unknown(catalogue: Catalogue, name: str) -> str:
    """What to do about a link to a model that is not on offer."""
    if catalogue.takes_guests:
        return answer.failure(f"{name[:80]} has not been fetched, or had to leave. Name it again under All models.")
    return answer.failure(str(NotFound.among("model", name, catalogue.demos)))


class Case:
    """What the page shows of one model's inputs, which come as the values of its fields."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)
        self.memory = Memory()
        self.nothing = False  # the last prediction found something that can be explained

    def answered(self, values: Values) -> Iterator[Shown]:
        """First the prediction, then the sharpening explanation of what was predicted."""
        yield answer.WAITING, "", "", ""
        target = None
        try:
            yield from ((html, "", "", "") for html in self._loading())
            for shown, found in self._predicted(values, why.WAITING):
                target = self.task.target(found.prediction) if found else None
                yield shown
        except Exception as error:
            yield answer.failure(report(error).message), "", "", ""
        if target:
            yield from self.reasons(values, target)

    def follows(self) -> bool:
        """Whether answers follow typing: of a model in memory, unless it would write a text at every key."""
        return self.endpoints.catalogue.ready(self.name) and self.task.kind != "text"

    def typed(self, values: Values) -> Iterator[Shown]:
        """The prediction while somebody types."""
        try:
            yield from (shown for shown, _ in self._predicted(values, KEEP))
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

    def _loading(self) -> Iterator[str]:
        """How the loading of the model goes, twice a second."""
        catalogue = self.endpoints.catalogue
        if catalogue.ready(self.name):
            return
        size = filesize(catalogue.expected(self.name))
        yield from awaited(lambda: catalogue.task(self.name), f"Loading the model, {size}")

    def _predicted(self, values: Values, reasons: Any) -> Iterator[tuple[Shown, Answer | None]]:
        inputs = self.inputs(values)
        for shown, path, found in answer.stream(self.endpoints, self.name, inputs):
            along = take(self.name, self.about, inputs) if found else ""
            if found:
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
