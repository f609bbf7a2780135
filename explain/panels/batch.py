"""The view Batch: a whole file through a model, with progress, Stop, and the answers to take along."""

import json
from collections.abc import Iterator
from contextlib import closing
from html import escape
from typing import Any

import gradio as gr

from inference.panels import data, files
from inference.panels.answer import failure
from inference.panels.asking import QUIET
from inference.panels.opening import Opening, Upload
from inference.panels.waiting import standing
from inference.serving.admission import READING
from inference.serving.endpoints import Endpoints
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.serving.security import MAX_BODY
from inference.study.checking import Problem
from inference.study.first import First
from inference.study.inspection import glance
from inference.study.job import Pace, pace, run
from inference.study.mapping import Columns
from inference.study.source import Source
from inference.task import Task

from ..reasons import top

ROWS = {True: 2_048, False: 64}
"""Rows between two signs of progress: of tables, and of what is larger."""


def view(endpoints: Endpoints, name: str, rest: str) -> None:
    """Place the view of a model."""
    opening = Opening(endpoints, name)
    batch = Batch(endpoints, name, opening)
    gr.HTML(
        '<p class="summary">Every row of a file, answered at once. Each comes back in its place, with prediction, '
        f'score and decision.</p><p class="hint">Up to {bounds(endpoints.admission.rows)} here; for larger files '
        f"there is <code>python app.py batch --model {escape(name)} --input FILE --output FILE</code></p>"
    )
    opening.place(f"{name}.batch")
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
    told = gr.HTML("", elem_id="batch")
    answers = gr.DownloadButton("Download the answers", variant="primary", visible=False)
    opening.wire(go, told, answers)
    given = [opening.upload, opening.columns, explain, strict, ending]
    go.click(batch.answered, given, [told, answers], **QUIET)
    stop.click(lambda upload: upload.turn.take() and None, opening.upload, None, **QUIET)


def bounds(rows: int) -> str:
    """How much may be sent at a time."""
    return f"{MAX_BODY // 1024**2} MB{f' and {rows:,} rows' if rows else ''}"


class Batch:
    """A file through one model."""

    def __init__(self, endpoints: Endpoints, name: str, opening: Opening) -> None:
        self.endpoints, self.name, self.opening = endpoints, name, opening

    def answered(
        self, upload: Upload, sent: str, explain: bool, strict: bool, ending: str
    ) -> Iterator[tuple[Any, Any]]:
        """The file row by row, told as it goes on; its answers last. The same call goes on after a stop.

        sent: which column is which. Where another file has come meanwhile, nothing is told of this one any more.
        """
        source = upload.source
        if source is None:
            yield "", gr.skip()
            return
        mine, last = upload.turn.take(), pace(source, 0, 0, 0.0)
        try:
            first = First(source, self.endpoints.admission.rows)
            columns = self.opening.chosen(upload, sent)
            asked = json.dumps([explain, columns.to_json()])  # what is done with other settings is another job's
            output = upload.folder / str(hash(asked)) / f"{source.path.stem[:80]}-answers{ending}"
            yield files.busy(last), gr.update(visible=False)
            problems: list[Problem] = []

            def job(task: Task) -> Iterator[Pace]:
                reason, size = (top, 16) if explain else (None, ROWS[task.batch_size > 1_000])
                return run(task, first, columns, output, reason=reason, strict=strict, size=size)

            with closing(self.endpoints.jobs(self.name, job)) as parts:  # type: ignore[type-var]  # generators all
                for part in parts:
                    if isinstance(part, Waiting):
                        yield standing(part), gr.skip()
                        continue
                    last = part
                    problems += last.problems[: files.LISTED - len(problems)]
                    if upload.turn.number != mine:
                        yield files.stopped(last) if upload.source else gr.skip(), gr.skip()
                        return
                    yield files.busy(last), gr.skip()
            done, taken = files.done(last, problems, first.told), gr.update(value=str(output), visible=True)
            yield done, taken
            for found in self.endpoints.admission.admitted(
                READING, "glance", self.name, lambda: self.seen(source, columns)
            ):
                if not isinstance(found, Waiting):
                    yield (done + found if upload.source else gr.skip()), gr.skip()
        except Exception as error:
            told = report(error).message
            yield failure(told) if upload.source else gr.skip(), gr.skip()

    def seen(self, source: Source, columns: Columns) -> Iterator[str]:
        """What is to be said of the file's data, of its first rows."""
        yield data.beside(*glance(self.endpoints.catalogue.task(self.name), source, columns))
