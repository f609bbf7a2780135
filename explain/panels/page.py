"""The one page: the landing with its models, and for the model chosen its form, its answer, and why."""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr

from inference.errors import SeeWhyError
from inference.panels import answer, landing, look
from inference.panels.asking import Values
from inference.panels.form import form
from inference.panels.remote import remote
from inference.panels.take import take
from inference.serving.endpoints import Endpoints, report
from inference.task import Task
from inference.types import Answer

from . import story, why

Shown = tuple[Any, Any, Any, Any]
"""What the page shows of a case: answer, why, path, and what can be taken along, as HTML."""

PARTS = ("answer", "why", "path", "take")
KEEP: Any = gr.skip()


def page(endpoints: Endpoints) -> gr.Blocks:
    """The landing; once a model is chosen, its form left and answer, why and path right."""
    demos, folders = endpoints.catalogue.demos, endpoints.catalogue.folders
    with gr.Blocks(title="SeeWhy", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        gr.HTML(look.HEADER)
        told = story.read(demos)
        hero = story.hero(told, demos[told.model]) if told else ""
        gr.HTML(hero + landing.tiles(demos, folders), elem_classes="landing", apply_default_css=False)
        chosen = gr.Textbox("", elem_id="chosen", visible="hidden", label="Model")  # page.js writes into it
        # Without an output: set by an event, it would undo a click that came while the event was under way.
        blocks.load(None, None, None, js="() => arrive()", api_visibility="private")

        @gr.render(inputs=chosen)
        def screen(asked: str) -> None:
            """Made anew for each model, so that nothing of the model before can write into it."""
            name, _, mark = asked.partition("#")
            if name not in demos:
                return  # the landing
            first = told if told and (name, mark) == (told.model, story.MARK) else None
            parts = story.told(first, demos[name], folders[name]) if first else (answer.EMPTY, "", "", "")
            gr.HTML(landing.heading(demos[name]))
            with gr.Row(elem_classes="screen"):
                left, right = gr.Column(scale=5, min_width=320), gr.Column(scale=6, min_width=320)
            with right:
                # Each with a value: without one, the page would keep that of the model before.
                shown = [gr.HTML(html, elem_id=part) for part, html in zip(PARTS, parts, strict=True)]
            with left:
                form(name, folders[name], demos[name], Case(endpoints, name), shown, first.example if first else None)

        gr.HTML(look.FOOTER)
        remote(endpoints)
    return blocks


class Case:
    """What the page shows of one model's inputs, which come as the values of its fields."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)

    def answered(self, values: Values) -> Iterator[Shown]:
        """First the prediction, then the sharpening explanation of what was predicted."""
        yield answer.WAITING, "", "", ""
        found = None
        try:
            for shown, found in self._predicted(values, why.WAITING):  # noqa: B007  # the last one is explained
                yield shown
        except Exception as error:
            yield answer.failure(report(error).message), "", "", ""
        if found:
            yield from self.reasons(values, self.task.target(found.prediction))

    def follows(self) -> bool:
        """Whether answers follow typing: a text would take too long to be written at every key."""
        try:
            return self.task.kind != "text"
        except SeeWhyError:
            return True  # `typed` tells what is wrong

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
        yield from self.reasons(values)

    def other(self, values: Values, target: str) -> Iterator[Shown]:
        """The explanation of another target, which page.js sends as JSON with the number of the question."""
        try:
            _, asked = json.loads(target)
        except (ValueError, TypeError):
            return
        yield KEEP, why.WAITING, KEEP, KEEP
        yield from self.reasons(values, asked)

    def reasons(self, values: Values, target: Any = None) -> Iterator[Shown]:
        """The explanation alone."""
        try:
            for explanation in why.stream(self.endpoints, self.name, self.inputs(values), target):
                yield KEEP, explanation, KEEP, KEEP
        except Exception as error:
            yield KEEP, answer.failure(report(error).message), KEEP, KEEP

    def _predicted(self, values: Values, reasons: Any) -> Iterator[tuple[Shown, Answer | None]]:
        inputs = self.inputs(values)
        for shown, path, found in answer.stream(self.endpoints, self.name, inputs):
            along = take(self.name, self.about, inputs) if found else ""
            yield (shown, reasons if found else "", path, along), found

    def inputs(self, values: Values) -> dict[str, Any]:
        """The values by field name."""
        return dict(zip([field.name for field in self.about.inputs], values, strict=True))

    @property
    def task(self) -> Task:
        """The loaded model."""
        return self.endpoints.catalogue.task(self.name)
