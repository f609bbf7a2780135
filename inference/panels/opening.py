"""The one way to open a file: a box or the model's own rows, which column is which, a preview, what does not fit."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import gradio as gr

from .. import demo
from ..errors import InputError
from ..serving.endpoints import Endpoints
from ..serving.reports import report
from ..study.checking import check_chunk
from ..study.mapping import Columns, check, guess
from ..study.reading import first_rows
from ..study.source import ENDINGS, Source, open_source
from . import files
from .answer import failure
from .asking import QUIET, Turn
from .columns import chooser

EMPTY = (
    '<div class="empty"><b>Open a file to see it here first.</b><ol>'
    "<li>CSV, Parquet, a ZIP of pictures or recordings, or a text a line</li>"
    "<li>Its columns find the model's fields by name; you can say otherwise</li>"
    "<li>Rows that do not fit are told by row and column before anything runs</li></ol></div>"
)
OPENING: dict[str, Any] = {**QUIET, "concurrency_id": "opening", "concurrency_limit": 16}
"""Takes a moment of a processor each, so Gradio makes the seventeenth wait for one; all else has threads left."""
OWN, FIRST = "The model's own rows", "Open a file first, or take the model's own rows."


@dataclass
class Upload:
    """What one visitor has opened, whose turn it is with it, and where what is made of it is written."""

    source: Source | None = None
    title: str = ""
    turn: Turn = field(default_factory=Turn)

    @cached_property
    def folder(self) -> Path:
        """Made once something is written, not for who merely looks."""
        return Path(tempfile.mkdtemp(prefix="seewhy-"))

    def forget(self) -> None:
        """End what is under way with the file, and delete what was made of it."""
        self.turn.take()
        self.source = None
        if "folder" in vars(self):
            shutil.rmtree(self.folder, ignore_errors=True)


class Opening:
    """A file for one model. truth, groups: whether columns of right answers, and of groups, are asked for.

    What the visitor chose is one text, as columns.js sends it; empty stands for what the columns' names say.
    """

    def __init__(self, endpoints: Endpoints, name: str, truth: bool = False, groups: bool = False) -> None:
        self.about, self.truth, self.groups = endpoints.catalogue.about(name), truth, groups
        named = self.about.evaluation or (None if groups else self.about.background)
        self.own = demo.file(endpoints.catalogue.folders[name], self.about, named) if named else None

    def place(self, key: str) -> None:
        """Place the box, what stands under it, and the visitor's `upload` and `columns`, for `inputs` of events."""
        self.upload = gr.State(Upload(), time_to_live=3600, delete_callback=Upload.forget)
        with gr.Group(elem_classes="fields files"):
            self.box = gr.File(label="File", file_types=[*ENDINGS], height=140, key=f"{key}.file")
        self.rows = gr.Button("Or take the model's own rows", visible=bool(self.own), elem_classes="quiet")
        self.choices = gr.HTML("", elem_id="mapped")
        self.columns = gr.Textbox("", elem_id="columns", visible="hidden", label="Columns", key=f"{key}.columns")
        self.preview = gr.HTML(EMPTY, elem_id="opened")

    def wire(self, go: gr.Button, *results: gr.components.Component) -> None:
        """Connect it with the button that takes the file, and with what is emptied when another one comes."""
        emptied = ["" if isinstance(each, gr.HTML) else gr.update(visible=False) for each in results]
        shown: dict[str, Any] = {
            "outputs": [self.upload, self.choices, self.preview, go, self.columns, self.box, *results],
            **OPENING,
        }

        def opened(path: str | None, upload: Upload) -> list[Any]:
            return [*self.opened(upload, Path(path) if path else None), "", gr.skip(), *emptied]

        def own(upload: Upload) -> list[Any]:
            return [*self.opened(upload, self.own, OWN), "", None, *emptied]

        gr.on([self.box.upload, self.box.clear], opened, [self.box, self.upload], **shown)
        self.rows.click(own, self.upload, **shown)
        self.columns.change(self.changed, [self.upload, self.columns], [self.preview, go], **QUIET)

    def opened(self, before: Upload, path: Path | None, title: str = "") -> Sequence[Any]:
        """Another file, or none: what is kept of it, the choice of columns, a preview, whether it can be taken."""
        before.forget()
        upload = Upload()
        if path is None:
            return upload, "", EMPTY, gr.update(interactive=False)
        try:
            upload.title = title or path.name
            upload.source = open_source(path)
            found = self.chosen(upload, "")
            choices = chooser(self.about, upload.source.columns, found, self.truth, self.groups)
        except Exception as error:
            return Upload(), "", failure(report(error).message), gr.update(interactive=False)
        return upload, choices, *self.changed(upload, "")

    def changed(self, upload: Upload, sent: str) -> tuple[Any, Any]:
        """The preview with the columns chosen, and whether the file can be taken."""
        if upload.source is None:
            return gr.skip(), gr.skip()
        try:
            return self.seen(upload.source, upload.title, self.chosen(upload, sent)), gr.update(interactive=True)
        except Exception as error:
            return failure(report(error).message), gr.update(interactive=False)

    def chosen(self, upload: Upload, sent: str) -> Columns:
        """Which column is which. Raises InputError."""
        assert upload.source is not None  # the buttons wait for a file
        found = guess(self.about, upload.source.columns)
        if sent:
            try:
                found = Columns.from_json(json.loads(sent)[1])
            except (ValueError, TypeError, LookupError, RecursionError):
                raise InputError("Which column is which could not be read; open the file again.") from None
        groups, cluster = (found.groups, found.cluster) if self.groups else ((), None)
        return replace(found, truth=found.truth if self.truth else None, groups=groups, cluster=cluster)

    def seen(self, source: Source, title: str, columns: Columns) -> str:
        """The first rows, which column is which, and what is wrong. Raises InputError."""
        check(self.about, source.columns, columns)
        chunk = first_rows(self.about, source)
        problems = check_chunk(self.about, columns, chunk).problems
        return files.preview(self.about, title, source, columns, chunk, problems)
