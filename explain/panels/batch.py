"""The view Batch: a whole file through a model, with a preview, progress, Stop, and the answers to take along."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from inference import demo
from inference.panels import data, files
from inference.panels.answer import failure
from inference.panels.asking import QUIET, Turn
from inference.panels.waiting import queued
from inference.serving.admission import READING
from inference.serving.endpoints import Endpoints, report
from inference.serving.places import Waiting
from inference.serving.security import MAX_BODY
from inference.study.checking import Problem, check_chunk
from inference.study.inspection import glance
from inference.study.job import Pace, run
from inference.study.mapping import Columns, check, guess
from inference.study.reading import first_rows
from inference.study.source import ENDINGS, Source, open_source
from inference.task import Task

from ..reasons import top

ROWS = {True: 2_048, False: 64}
"""Rows between two signs of progress: of tables, and of what is larger."""

INVITATION = (
    '<div class="empty"><b>Drop a file to see it here first.</b><ol>'
    "<li>Its columns find the model's fields by name; you can say otherwise</li>"
    "<li>Rows that do not fit are told by row and column before anything runs</li>"
    "<li>Every row comes back in its place, with prediction, score and decision</li></ol></div>"
)


@dataclass
class Sheet:
    """What one visitor has dropped: where it lies, and where answers are written."""

    source: Source | None = None
    title: str = ""
    turn: Turn = field(default_factory=Turn)

    @cached_property
    def folder(self) -> Path:
        """Made once something is written, not for who merely looks."""
        return Path(tempfile.mkdtemp(prefix="seewhy-"))

    def forget(self) -> None:
        """Delete what was written."""
        if "folder" in vars(self):
            shutil.rmtree(self.folder, ignore_errors=True)


def view(endpoints: Endpoints, name: str, rest: str) -> None:
    """Place the view of a model."""
    about = endpoints.catalogue.about(name)
    sheet = gr.State(Sheet(), time_to_live=3600, delete_callback=Sheet.forget)
    with gr.Row(elem_classes="screen"):
        left, right = gr.Column(scale=5, min_width=320), gr.Column(scale=6, min_width=320)
    with left:
        megabytes = MAX_BODY // 1024**2
        gr.HTML(
            f'<p class="summary">Every row of a file, answered at once: CSV, Parquet, a ZIP of pictures, or a text a '
            f'line.</p><p class="hint">Up to {megabytes} MB here; for larger files there is '
            f"<code>python app.py batch --model {escape(name)} --input FILE --output FILE</code></p>"
        )
        with gr.Group(elem_classes="fields"):
            file = gr.File(label="File", file_types=[*ENDINGS], key=f"{name}.batch.file", height=140)
        own = gr.Button("Or try it with the model's own rows", elem_classes="quiet") if self_named(about) else None
        with gr.Accordion("Which column is which field?", open=False, elem_classes="settings"):
            columns = [
                gr.Dropdown([], label=each.label, key=f"{name}.batch.{each.name}", allow_custom_value=False)
                for each in about.inputs
            ]
        with gr.Accordion("Settings", open=False, elem_classes="settings"):
            explain = gr.Checkbox(
                False, label="Say of each row what moved its answer most", info="Takes as long as explaining each row."
            )
            strict = gr.Checkbox(
                False,
                label="Refuse the file at its first faulty row",
                info="Else such rows stay in their place, without an answer and with the reason.",
            )
            ending = gr.Radio([".csv", ".parquet"], value=".csv", label="Answers as")
        with gr.Row(elem_classes="actions"):
            go = gr.Button("Run", variant="primary", scale=3, interactive=False)
            stop = gr.Button("Stop", scale=1, elem_classes="stop")
    with right:
        told = gr.HTML(INVITATION, elem_id="batch")
        answers = gr.DownloadButton("Download the answers", variant="primary", visible=False)
    view = View(endpoints, name)
    file.change(view.dropped, [file, sheet], [told, go, answers, sheet, *columns], **QUIET)
    gr.on([each.input for each in columns], view.mapped, [sheet, *columns], [told, go], **QUIET)
    running: dict[str, Any] = {**QUIET, "concurrency_id": "jobs", "concurrency_limit": READING.places + READING.room}
    if own:
        own.click(view.own, None, file, **QUIET)
    go.click(view.answered, [sheet, explain, strict, ending, *columns], [told, answers], **running)
    stop.click(lambda kept: kept.turn.take() and None, sheet, None, **QUIET)


def self_named(about: demo.Demo) -> str | None:
    """The file of rows that a model brings: labelled ones, else its reference rows."""
    return about.evaluation or about.background


class View:
    """What can be asked of the view of one model."""

    def __init__(self, endpoints: Endpoints, name: str) -> None:
        self.endpoints, self.name = endpoints, name
        self.about = endpoints.catalogue.about(name)

    def dropped(self, path: str | None, sheet: Sheet) -> list[Any]:
        """A file has come, or has gone: its preview, and its columns to choose from."""
        sheet.turn.take()
        sheet.source = None
        sheet.forget()
        sheet = Sheet()
        hidden = gr.update(value=None, visible=False)
        nothing = [gr.update(choices=[], value=None) for _ in self.about.inputs]
        if not path:
            return [INVITATION, gr.update(interactive=False), hidden, sheet, *nothing]
        try:
            sheet.title = Path(path).name
            sheet.source = source = open_source(Path(path))
        except Exception as error:
            return [failure(report(error).message), gr.update(interactive=False), hidden, sheet, *nothing]
        found = guess(self.about, source.columns).fields
        chosen = [found.get(each.name) for each in self.about.inputs]
        choices = [gr.update(choices=list(source.columns), value=column) for column in chosen]
        told, go = self.mapped(sheet, *chosen)
        return [told, go, hidden, sheet, *choices]

    def own(self) -> str:
        """The path of the rows that the model brings."""
        named = self_named(self.about)
        assert named  # there is no button otherwise
        return str(demo.file(self.endpoints.catalogue.folders[self.name], self.about, named))

    def mapped(self, sheet: Sheet, *chosen: str | None) -> tuple[str, Any]:
        """The preview with these columns, and whether the file can run."""
        if sheet.source is None:
            return INVITATION, gr.update(interactive=False)
        try:
            return self.preview(sheet, self.columns(chosen)), gr.update(interactive=True)
        except Exception as error:
            return failure(report(error).message), gr.update(interactive=False)

    def columns(self, chosen: Sequence[str | None]) -> Columns:
        """Fields and columns as they were chosen."""
        return Columns({each.name: column for each, column in zip(self.about.inputs, chosen, strict=True) if column})

    def preview(self, sheet: Sheet, columns: Columns) -> str:
        """The first rows, which column is which field, and what is wrong. Raises InputError."""
        assert sheet.source
        check(self.about, sheet.source.columns, columns)
        chunk = first_rows(self.about, sheet.source)
        checked = check_chunk(self.about, columns, chunk)
        return files.preview(self.about, sheet.title, sheet.source, columns, chunk, checked.problems)

    def answered(
        self, sheet: Sheet, explain: bool, strict: bool, ending: str, *chosen: str | None
    ) -> Iterator[tuple[str, Any]]:
        """The file row by row, told as it goes on; its answers last. The same call goes on after a stop.

        Where another file has come meanwhile, nothing is told of this one any more.
        """
        source = sheet.source
        if source is None:
            yield INVITATION, gr.skip()
            return
        mine, last = sheet.turn.take(), Pace(0, source.total, 0, 0.0)
        folder = sheet.folder / str(hash((explain, chosen)))  # what is done with other settings is another job's
        output = folder / f"{Path(sheet.title).stem[:80]}-answers{ending}"
        try:
            yield files.busy(last), gr.update(visible=False)
            problems: list[Problem] = []

            def job(task: Task) -> Iterator[Pace]:
                reason, size = (top, 16) if explain else (None, ROWS[task.batch_size > 1_000])
                return run(task, source, self.columns(chosen), output, reason=reason, strict=strict, size=size)

            with closing(self.endpoints.jobs(self.name, job)) as parts:  # type: ignore[type-var]  # generators all
                for part in parts:
                    if isinstance(part, Waiting):
                        yield queued(part), gr.skip()
                        continue
                    last = part
                    problems += last.problems[: files.LISTED - len(problems)]
                    if sheet.turn.number != mine:
                        yield files.stopped(last) if sheet.source else gr.skip(), gr.skip()
                        return
                    yield files.busy(last), gr.skip()
            done = files.done(last, problems)
            yield done, gr.update(value=str(output), visible=True)
            task = self.endpoints.catalogue.task(self.name)
            beside = data.beside(*glance(task, source, self.columns(chosen)))
            yield done + beside if sheet.source else gr.skip(), gr.skip()
        except Exception as error:
            told = report(error).message
            yield failure(told) if sheet.source else gr.skip(), gr.skip()
