"""Evaluate: a labelled file in, how right the model is out, section by section. It knows no measure and no figure."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from inference import demo
from inference.errors import InputError
from inference.panels import columns, files
from inference.panels.answer import failure
from inference.panels.asking import QUIET, RUNNING
from inference.panels.waiting import awaited, queued
from inference.serving.endpoints import Endpoints, report
from inference.serving.places import Waiting
from inference.study import mapping
from inference.study.checking import check_chunk
from inference.study.mapping import Columns
from inference.study.reading import Progress, Study, first_rows
from inference.study.source import ENDINGS, Source, open_source

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
    about, upload = endpoints.catalogue.about(name), Upload(endpoints, name)
    gr.HTML(f'<p class="summary">{INVITE[bool(about.evaluation)]}</p>')
    with gr.Group(elem_classes="fields files"):
        file = gr.File(label="File", file_types=[*ENDINGS], height=140, key=f"{name}.file")
    own = gr.Button("Or take the model's own rows", visible=bool(about.evaluation), elem_classes="quiet")
    chosen = gr.HTML("", elem_id="mapped")
    changed = gr.Textbox("", elem_id="columns", visible="hidden", label="Columns", key=f"{name}.columns")
    with gr.Row(elem_classes="actions"):
        go = gr.Button("Measure", variant="primary", visible=False, scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    told = gr.HTML("", elem_id="told")
    opening: dict[str, Any] = {"outputs": [chosen, go, told], **QUIET}
    file.upload(upload.opened, file, **opening)
    own.click(upload.own, None, **opening)
    changed.change(upload.changed, changed, **opening)
    reading = go.click(upload.measured, None, told, **RUNNING)
    stop.click(None, cancels=[reading])


INVITE = {
    True: "Open a file of rows whose right answers are known, or take rows that come with the model.",
    False: "Open a file of rows whose right answers are known, in a column of their own.",
}


class Upload:
    """The file that a visitor has chosen, and which of its columns is which."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)
        self.source: Source | None = None
        self.columns = Columns({})
        self.title = ""

    def opened(self, path: str | None) -> Any:
        """A file that was sent."""
        return self._shown(Path(path)) if path else ("", gr.update(visible=False), "")

    def own(self) -> Any:
        """The model's own rows."""
        path = demo.file(self.endpoints.catalogue.folders[self.name], self.about, self.about.evaluation or "")
        return self._shown(path, "The model's own rows")

    def changed(self, sent: str) -> Any:
        """Which column is which, as threshold.js sends it."""
        try:
            _, chosen = json.loads(sent)
            self.columns = Columns.from_json(chosen)
            return self._mapped()
        except (ValueError, TypeError, RecursionError):
            return KEEP, KEEP, KEEP
        except Exception as error:
            return KEEP, gr.update(visible=False), failure(report(error).message)

    def _shown(self, path: Path | None, title: str = "") -> Any:
        try:
            if path is None:
                raise InputError("This model comes without rows of its own; open a file.")
            self.source, self.title = open_source(path), title or path.name
            self.columns = mapping.guess(self.about, self.source.columns)
            return self._mapped()
        except Exception as error:
            return "", gr.update(visible=False), failure(report(error).message)

    def _mapped(self) -> Any:
        assert self.source is not None  # page.js sends columns of a file that was opened
        chooser = columns.chooser(self.about, self.source.columns, self.columns)
        chunk = first_rows(self.about, self.source)
        html = f'<div class="card mapped">{chooser}</div>'
        try:
            mapping.check(self.about, self.source.columns, self.columns)
            problems = check_chunk(self.about, self.columns, chunk).problems
            seen = files.preview(self.about, self.title, self.source, self.columns, chunk, problems)
        except InputError as error:
            return html + failure(str(error)), gr.update(visible=False), ""
        return html + seen, gr.update(visible=True), ""

    def measured(self) -> Iterator[str]:
        """How the reading goes, section by section what is measured, and a link that page.js follows."""
        try:
            study: Study | None = None
            yield from awaited(lambda: self.endpoints.catalogue.task(self.name), "Loading the model")
            assert self.source is not None  # the button shows once there is one
            for part in self.endpoints.reads(self.name, self.source, self.columns, self.title):
                if isinstance(part, Study):
                    study = part
                else:
                    yield queued(part) if isinstance(part, Waiting) else progress(part)
            assert study is not None  # the stream's last part
            token = self.endpoints.studies.put(study)
            judged = Judged(self.endpoints.catalogue.task(self.name), study, token)
            for section in SECTIONS:
                yield from awaited(lambda section=section: html_of(section, judged), "Measuring")  # type: ignore[misc]
            yield f'<a class="arrived" href="?" data-model="{escape(judged.address)}">{escape(self.title)}</a>'
        except Exception as error:
            yield failure(report(error).message)


def progress(part: Progress) -> str:
    """Rows read so far."""
    of = f" of {part.total:,}" if part.total else ""
    value = f' value="{part.done / part.total:.3f}"' if part.total else ""
    return (
        '<div class="card" aria-busy="true"><p>Asking the model about every row</p><div class="progress">'
        f'<progress{value} aria-label="Rows"></progress><span>{part.done:,}{of} rows</span></div></div>'
    )


# What was found


def found(endpoints: Endpoints, name: str, of: str) -> None:
    """The sections of a file that was read, and the box through which their buttons ask."""
    try:
        study = endpoints.studies.get(of)
        if study.model != name:
            raise InputError("This file was read by another model; open it again.")
        judged = Judged(endpoints.catalogue.task(name), study, of)
    except Exception as error:
        gr.HTML(failure(report(error).message))
        return choose(endpoints, name)
    gr.HTML(heading(judged))
    parts = [gr.HTML(html_of(section, judged), elem_id=f"part-{section.id}") for section in SECTIONS]
    asked = gr.Textbox("", elem_id="asked", visible="hidden", label="Asked", key=f"{name}.{of}.asked")

    def answer(sent: str) -> Iterator[Any]:
        for id, html in answers(judged, sent):
            yield [html if section.id == id else KEEP for section in SECTIONS]

    asked.change(answer, asked, parts, **{**RUNNING, "concurrency_id": "sections", "concurrency_limit": 16})
    taking(judged)


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


def answers(judged: Judged, sent: str) -> Iterator[tuple[str, str]]:
    """What a button asks, which threshold.js sends as JSON: the number of the question, the section, what is asked."""
    try:
        _, id, asked = json.loads(sent)
        section = next(section for section in SECTIONS if section.id == id)
    except (ValueError, TypeError, RecursionError, StopIteration):
        return
    if section.asked is None or not isinstance(asked, dict):
        return
    try:
        for html in section.asked(judged, asked):
            yield section.id, html
    except Exception as error:
        yield section.id, failure(report(error).message)
