"""The one page: the landing with its models, and for the model chosen its form, its answer, and why."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.context import get_render_context

from inference.panels import answer, guests, landing, look, marks, sessions
from inference.panels.form import example_values, form
from inference.panels.playing import panel
from inference.panels.remote import remote
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.reports import report

from . import batch, compare, evaluate, history, shared, story
from .case import Case
from .opened import Opened, opened
from .what_if import WhatIf

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


def page(endpoints: Endpoints) -> gr.Blocks:
    """The landing; once a model is chosen, its form left and answer, why and path right."""
    catalogue = endpoints.catalogue
    told = story.read(catalogue.folders)
    with gr.Blocks(title="SeeWhy", analytics_enabled=False) as blocks:
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
            place = get_render_context()
            try:
                placed(endpoints, asked, told)
            except Exception as error:  # half a screen would be worse than none
                if place is not None:
                    place.children.clear()
                gr.HTML(landing.heading("This page could not be made") + answer.failure(report(error).message))

        gr.HTML(marks.footer(endpoints.history))
        sessions.here()
        remote(endpoints)
    return blocks


def placed(endpoints: Endpoints, asked: str, told: story.Story | None) -> None:
    """The screen that an address asks for: `NAME`, `NAME#view`, `NAME#view-of`; nothing for the landing."""
    catalogue = endpoints.catalogue
    name, _, mark = asked.partition("#")
    view, _, of = mark.partition("-")
    if name not in catalogue.demos:
        gr.HTML(landing.heading("This model is not here") + unknown(catalogue, name) if name else "")
    elif view == history.VIEW and endpoints.history is not None:
        gr.HTML(landing.heading(catalogue.about(name).title, name, CALLED, history.VIEW))
        history.view(endpoints, name, of)
    elif view in VIEWS:
        gr.HTML(landing.heading(catalogue.about(name).title, name, CALLED, view))
        VIEWS[view](endpoints, name, of)
    else:
        model(endpoints, name, told if told and (name, mark) == (told.model, story.MARK) else None, view, of)


STARTS: dict[str, Callable[[Endpoints, str, str], Opened | shared.Reopened]] = {
    "row": opened,
    shared.MARK: shared.reopened,
}
"""What a form may start with, by what it is called in the address: `NAME#row-STUDY-NUMBER`, or the token of a link."""


def model(endpoints: Endpoints, name: str, told: story.Story | None, view: str = "", of: str = "") -> None:
    """The screen of one model, with a story told already, or what the address names, or nothing asked yet."""
    about, folder = endpoints.catalogue.about(name), endpoints.catalogue.folders[name]
    parts = story.told(told, about, folder) if told else (answer.EMPTY, "", "", "")
    start: Sequence[Any] | None = None
    note, asks = "", Case(endpoints, name)
    if told:
        start = example_values(folder, about, about.examples[told.example])
    elif of:
        try:
            case = STARTS.get(view, opened)(endpoints, name, of)
            start, note, asks.wanted = case.values, case.note(asked=True), case.target
        except Exception as error:
            note = answer.failure(report(error).message)  # above the form: on a phone, the answer is far below
    gr.HTML(landing.heading(about.title, name, CALLED))
    recorded = panel(endpoints, name) if about.recording else None
    with gr.Row(elem_classes="screen"):
        left, right = gr.Column(scale=5, min_width=320), gr.Column(scale=6, min_width=320)
    with right:
        # Each with a value: without one, the page would keep that of the model before.
        html = dict(zip(PARTS, parts, strict=True))
        shown_answer = gr.HTML(html["answer"], elem_id="answer")
        whatif = gr.HTML("", elem_id="whatif")  # under the answer, the old beside the new
        above = [shown_answer, gr.HTML(html["why"], elem_id="why")]
        checked = gr.HTML("", elem_id="checked")  # under the explanation, what checks of it found
        shown = [*above, *(gr.HTML(html[part], elem_id=part) for part in PARTS[2:]), whatif, checked]
    with left:
        if note:
            gr.HTML(note)
        if endpoints.history is not None:
            gr.HTML(marks.notice(endpoints.history))
        form(name, folder, about, WhatIf(asks, start if told else None), shown, start, recorded)


def unknown(catalogue: Catalogue, name: str) -> str:
    """What to do about a link to a model that is not on offer."""
    if catalogue.takes_guests:
        return answer.failure(f"{name[:80]} has not been fetched, or had to leave. Name it again under All models.")
    return answer.failure(f"No model here is called {name[:80]}. Choose another one under All models.")
