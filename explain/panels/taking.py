"""The report of a file, made on the page and taken along."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import gradio as gr

from inference.panels.answer import failure
from inference.panels.asking import QUIET, Turn
from inference.panels.waiting import standing
from inference.serving.admission import READING, Admission
from inference.serving.places import Waiting
from inference.serving.reports import report as told_of

from .reporting import reported
from .sections.section import Judged, busy

INVITE = (
    "One HTML file with all of this, what the model goes by and some errors explained: it opens anywhere, without this "
    "server. A section for the model card is in it."
)


@dataclass
class Kept:
    """Where one visitor's reports are written, and whose turn it is."""

    turn: Turn = field(default_factory=Turn)

    @cached_property
    def folder(self) -> Path:
        """Made once something is written, not for who merely looks."""
        return Path(tempfile.mkdtemp(prefix="seewhy-"))

    def forget(self) -> None:
        """Delete what was written."""
        if "folder" in vars(self):
            shutil.rmtree(self.folder, ignore_errors=True)


def taking(admission: Admission, judged: Judged) -> None:
    """Place the button that makes the report, the one that stops it, and the one that downloads it."""
    kept = gr.State(Kept(), time_to_live=3600, delete_callback=Kept.forget)
    with gr.Row(elem_classes="actions"):
        make = gr.Button("Make a report", scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    told = gr.HTML(f'<p class="hint">{INVITE}</p>', elem_id="report")
    taken = gr.DownloadButton("Download the report", variant="primary", visible=False)

    def made(kept: Kept) -> Iterator[Any]:
        yield from written(admission, judged, kept)

    make.click(made, kept, [told, taken], **QUIET)
    stop.click(lambda mine: mine.turn.take() and None, kept, None, **QUIET)


def written(admission: Admission, judged: Judged, kept: Kept) -> Iterator[tuple[Any, Any]]:
    """How far the report has come, and the file last."""
    mine, hidden = kept.turn.take(), gr.update(visible=False)
    try:
        making = admission.admitted(READING, "report", judged.study.model, lambda: reported(judged))
        with closing(making) as parts:  # type: ignore[type-var]  # a generator
            for part in parts:
                if isinstance(part, str):
                    path = kept.folder / f"{named(judged)}-report.html"
                    path.write_text(part, encoding="utf-8")
                    done = f'<p class="hint">{len(part.encode()) / 1e6:.1f} MB.</p>'
                    yield done, gr.update(value=str(path), visible=True)
                    return
                if isinstance(part, Waiting):
                    yield standing(part), hidden
                else:
                    yield f'<div class="card">{busy(part.words, part.done, part.total, part.of)}</div>', hidden
                if kept.turn.number != mine:
                    yield '<p class="hint">Stopped; what was explained so far is kept.</p>', hidden
                    return
    except Exception as error:
        yield failure(told_of(error).message), hidden


def named(judged: Judged) -> str:
    """What the file is called: as the model and the file, as far as every disk takes that."""
    return re.sub(r"[^\w.-]+", "-", f"{judged.study.model}-{Path(judged.study.file).stem}")[:80].strip("-")
