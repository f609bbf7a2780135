"""Evaluate: a labelled file in, how right the model is out, section by section. It knows no measure and no figure."""

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from inference.errors import InputError
from inference.panels.answer import failure
from inference.panels.asking import RUNNING
from inference.panels.opening import FIRST, Opening, Upload
from inference.panels.waiting import awaited, how_far, ongoing, standing
from inference.serving.admission import READING, Admission
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.study.reading import Progress, Study

from .against import against
from .sections.every import SECTIONS, html_of
from .sections.section import Judged
from .taking import taking

KEEP: Any = gr.skip()


def view(endpoints: Endpoints, name: str, of: str) -> None:
    """The screen: where a file is chosen, or what was found in the file `of`, by its name in the address."""
    if of:
        found(endpoints, name, of)
    else:
        choose(endpoints, name)


# Choosing a file


def choose(endpoints: Endpoints, name: str) -> None:
    """A file, or the model's own sample; which column is which; and the way to the results."""
    opening = Opening(endpoints, name, truth=True, groups=True)
    gr.HTML(f'<p class="summary">{INVITE[opening.own is not None]}</p>')
    opening.place(f"{name}.evaluate")
    with gr.Row(elem_classes="actions"):
        go = gr.Button("Measure", variant="primary", interactive=False, scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    told = gr.HTML("", elem_id="told")
    opening.wire(go, told)

    def measure(upload: Upload, sent: str) -> Iterator[str]:
        yield from measured(endpoints, name, opening, upload, sent)

    reading = go.click(measure, [opening.upload, opening.columns], told, **RUNNING)
    stop.click(None, cancels=[reading])


INVITE = {
    True: "Open a file of rows whose right answers are known, or take rows that come with the model.",
    False: "Open a file of rows whose right answers are known, in a column of their own.",
}


def measured(endpoints: Endpoints, name: str, opening: Opening, upload: Upload, sent: str) -> Iterator[str]:
    """How the reading goes, section by section what is measured, and a link that page.js follows."""
    try:
        if upload.source is None:
            raise InputError(FIRST)
        columns = opening.chosen(upload, sent)
        yield from awaited(lambda: endpoints.catalogue.task(name), "Loading the model")
        then = partial(arriving, endpoints)
        yield from shown(endpoints.reads(name, upload.source, columns, upload.title, then))
    except Exception as error:
        yield failure(report(error).message)


def shown(parts: Iterator[Progress | Study | str | Waiting]) -> Iterator[str]:
    """What is seen of the reading of a file, and of what follows."""
    for part in parts:
        if isinstance(part, str):
            yield part
        elif not isinstance(part, Study):
            yield standing(part) if isinstance(part, Waiting) else progress(part)


def arriving(endpoints: Endpoints, study: Study) -> Iterator[str]:
    """What is measured of a file that was read, section by section, and a link to it that page.js follows."""
    judged = Judged(endpoints.catalogue.task(study.model), study, endpoints.studies.put(study))
    yield from measuring(judged)
    yield f'<a class="arrived" href="?" data-model="{escape(judged.address)}">{escape(study.title)}</a>'


def measuring(judged: Judged) -> Iterator[str]:
    """How the measuring of what is not measured yet goes."""
    for section in SECTIONS:
        yield from awaited(lambda section=section: html_of(section, judged), "Measuring")  # type: ignore[misc]


def progress(part: Progress) -> str:
    """Rows read so far, as HTML."""
    of = f" of {'about ' if part.about else ''}{part.total:,}" if part.total else ""
    share = part.done / part.total if part.total else None
    return ongoing("Asking the model about every row", how_far("Rows", f"{part.done:,}{of} rows", share))


# What was found


def found(endpoints: Endpoints, name: str, of: str) -> None:
    """The sections of a file that was read, and the box through which their buttons ask."""
    try:
        study = endpoints.studies.get(of)
        if study.model != name:
            raise InputError("This file was read by another model; open it again.")
        judged = Judged(endpoints.catalogue.task(name), study, of)
        if not study.found.keys() >= {section.id for section in SECTIONS}:  # it was read for another screen
            list(endpoints.admission.admitted(READING, "measure", name, lambda: measuring(judged)))
    except Exception as error:
        gr.HTML(failure(report(error).message))
        return choose(endpoints, name)
    gr.HTML(heading(judged))
    parts = [gr.HTML(html_of(section, judged), elem_id=f"part-{section.id}") for section in SECTIONS]
    against(endpoints.admission, judged)
    asked = gr.Textbox("", elem_id="asked", visible="hidden", label="Asked", key=f"{name}.{of}.asked")

    def answer(sent: str) -> Iterator[Any]:
        for id, html in answers(endpoints.admission, judged, sent):
            yield [html if section.id == id else KEEP for section in SECTIONS]

    asked.change(answer, asked, parts, **RUNNING)
    taking(endpoints.admission, judged)


def heading(judged: Judged) -> str:
    """What was read, and what of it could not be."""
    study, rows = judged.study, len(judged.study.results.raws)
    faults = "".join(
        f"<li>Row {each.row:,}{f', {escape(each.column)}' if each.column else ''}: {escape(each.message)}</li>"
        for each in study.problems[:50]
    )
    left = f", {study.faulty:,} could not be used" if study.faulty else ""
    cut = f"; only the first {rows:,} were read" if study.cut else ""
    wrong = (
        f'<details><summary>What was wrong with them</summary><ul class="warnings">{faults}</ul></details>'
        if faults
        else ""
    )
    again = f'<a href="?" data-model="{escape(study.model)}#evaluate">another file</a>'
    return f'<p class="summary"><b>{escape(study.title)}</b>: {rows:,} rows{left}{cut} · {again}</p>{wrong}'


def answers(admission: Admission, judged: Judged, sent: str) -> Iterator[tuple[str, str]]:
    """What a button asks, which threshold.js sends as JSON: the number of the question, the section, what is asked.

    To stop needs no place, nor does what is new wait for the answer to an older question that it ends.
    """
    try:
        _, id, asked = json.loads(sent)
        section = next(section for section in SECTIONS if section.id == id)
    except (ValueError, TypeError, RecursionError, StopIteration):
        return
    ask = section.asked
    if ask is None or not isinstance(asked, dict):
        return
    try:
        before = section.stopped(judged) if section.stopped else ""
        if before and asked.get("stop"):
            yield section.id, before
            return
        for part in admission.admitted(section.kind, section.id, judged.study.model, lambda: ask(judged, asked)):
            yield section.id, standing(part) if isinstance(part, Waiting) else part
    except Exception as error:
        yield section.id, failure(report(error).message)
