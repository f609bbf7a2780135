"""The History view, for the presenter alone: what was asked, where people disagree, what changed over time.

It places and asks; kept.py says it as HTML. Whoever does not hold the token sees a box to enter it, and nothing else.
"""

import json
import tempfile
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from inference.errors import InputError, NotFound
from inference.history.disagreement import Asked, asked, most, periods, traits_of, worst
from inference.history.entry import Place
from inference.history.history import History
from inference.history.labelled import MOST, labelled
from inference.history.rows import ID
from inference.panels.answer import failure
from inference.panels.asking import QUIET, RUNNING
from inference.panels.waiting import STOPPED, awaited, standing
from inference.serving.admission import READING
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.study import mapping, reference
from inference.study.queries import select
from inference.study.source import open_source

from . import kept
from .evaluate import arriving, shown

VIEW = "history"
"""What the view is called in an address: `NAME#history`, and with the token `NAME#history-TOKEN`."""
KEEP: Any = gr.skip()
LAST = 10**11
"""Seconds since 1970; no answer is younger."""


def view(endpoints: Endpoints, name: str, token: str) -> None:
    """The screen, or the box for the token."""
    if not endpoints.is_presenter(token):
        gr.HTML(kept.door(name, refused=bool(token)))
        return
    gr.HTML(f'<i hidden data-presenter="{escape(token)}" data-of="{escape(name)}"></i>')
    asks = Asks(endpoints, name)
    gr.HTML(asks.summary(), elem_id="part-summary")
    with gr.Row(elem_classes="actions"):
        look = gr.Button("Look for slices and drift", variant="primary", scale=3)
        judge = gr.Button("Evaluate on what people said", scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    found = gr.HTML("", elem_id="part-slices")
    listing = gr.HTML(asks.listing({}), elem_id="part-rows")
    sent = gr.Textbox("", elem_id="asked", visible="hidden", label="Asked", key=f"{name}.kept")
    working: list[Any] = [
        look.click(asks.found, None, found, **RUNNING),
        judge.click(asks.judged, None, found, **RUNNING),
    ]
    stop.click(None, cancels=working, js=STOPPED)
    sent.change(asks.listed, sent, listing, **QUIET)


class Asks:
    """What the presenter can ask of the history of one model."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)

    @property
    def history(self) -> History:
        """The history, without which there is no such screen."""
        if self.endpoints.history is None:
            raise NotFound("No history is kept here.")
        return self.endpoints.history

    def summary(self) -> str:
        """How many answers are kept, by revision, and what can be taken along."""
        try:
            return kept.summary(self.name, self.history.tallies(self.name), self.history.inputs, self.history.days)
        except Exception as error:
            return failure(report(error).message)

    def listed(self, sent: str) -> Any:
        """The list that a button asks for, which threshold.js sends as JSON: a number, the section, what is asked."""
        try:
            _, _, question = json.loads(sent)
        except (ValueError, TypeError, RecursionError):
            return KEEP
        return self.listing(question) if isinstance(question, dict) else KEEP

    def listing(self, question: dict[str, Any]) -> str:
        """Answers, the newest first: {only} all, marked or against; {before} those after a
        time and an id; or those of a slice, {query}.
        """
        try:
            if "query" in question:
                entries = self.of_query(str(question["query"]))
                return kept.of_slice(str(question["query"]), entries[: kept.LISTED], len(entries), self.about)
            only, until = str(question.get("only", "all")), place_of(question.get("before"))
            asked_for = {"marked": only == "marked", "against": only == "against"}
            entries = self.history.entries(self.name, kept.LISTED + 1, until, **asked_for)
            return kept.listing(entries, only, self.about, until is not None)
        except Exception as error:
            return failure(report(error).message)

    def of_query(self, query: str) -> list[Any]:
        """The marked answers that a query is true of, those that people disagree with first."""
        some = self.marked()
        mask = select(query, traits_of(self.about, some))
        chosen = [entry for entry, inside in zip(some.entries, mask.tolist(), strict=True) if inside]
        return sorted(reversed(chosen), key=lambda entry: bool(entry.agreed))

    def marked(self) -> Asked:
        """Marked answers whose inputs are kept."""
        return asked(self.about, self.history.entries(self.name, most(self.about), marked=True))

    def found(self) -> Iterator[str]:
        """Slices with the most disagreement, and drift over time."""
        try:
            task = self.endpoints.catalogue.task
            yield from awaited(lambda: task(self.name), "Loading the model")
            for part in self.endpoints.admission.admitted(READING, "history", self.name, self.looked):
                yield standing(part) if isinstance(part, Waiting) else part
        except Exception as error:
            yield failure(report(error).message)

    def looked(self) -> Iterator[str]:
        """The work of it."""
        slices = yield from awaited(self.slices, "Looking where people disagree")
        yield slices
        drift = yield from awaited(self.drift, "Comparing what was asked over time")
        yield slices + drift

    def slices(self) -> str:
        """Where people disagree most."""
        try:
            found, searched = worst(self.about, self.endpoints.catalogue.task(self.name).kind, self.marked())
        except InputError as error:
            return kept.nothing("Where do people disagree?", str(error))
        return kept.disagreement(found, searched)

    def drift(self) -> str:
        """How the inputs changed."""
        some = asked(self.about, self.history.entries(self.name, most(self.about)))
        known = reference.known(self.endpoints.catalogue.task(self.name))
        return kept.drift(periods(self.about, some, known.raws, known.called), len(some.raws))

    def judged(self) -> Iterator[str]:
        """Evaluate the model on what people said: how the reading goes, and a link that page.js follows."""
        try:
            entries = self.history.entries(self.name, MOST, marked=True)
            file = labelled(self.about, entries)
            yield from awaited(lambda: self.endpoints.catalogue.task(self.name), "Loading the model")
            with tempfile.TemporaryDirectory(prefix="seewhy-") as folder:
                path = Path(folder) / f"feedback{file.suffix}"
                path.write_bytes(file.content)
                source = open_source(path)
                columns = mapping.guess(self.about, source.columns)
                then = partial(arriving, self.endpoints)
                yield from shown(self.endpoints.reads(self.name, source, columns, "What people said", then))
        except Exception as error:
            yield failure(report(error).message)


def place_of(sent: Any) -> Place | None:
    """A time and an id as a button sends them; nothing where they are none."""
    match sent:
        case [int() | float() as time, str() as id] if 0 <= time < LAST and ID.fullmatch(id):
            return float(time), id
    return None
