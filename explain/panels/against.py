"""Another file to compare the rows of this one with: last month's, say, or those of another town."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from inference.panels.answer import failure
from inference.panels.asking import QUIET
from inference.panels.waiting import awaited, standing
from inference.serving.admission import READING, Admission
from inference.serving.places import Waiting
from inference.serving.reports import report
from inference.study.source import ENDINGS, open_source

from .sections.drift import AGAINST, beside
from .sections.section import Judged

LABEL = "Compare with another file"


def against(admission: Admission, judged: Judged) -> None:
    """Place the file, and under it how the rows of this one are distributed beside its."""
    with gr.Group(elem_classes="fields files another"):
        file = gr.File(label=LABEL, file_types=[*ENDINGS], height=110, key=f"{judged.token}.another")
    told = gr.HTML(judged.study.found.get(AGAINST, ""), elem_id="part-against")

    def compared(path: str | None) -> Iterator[str]:
        yield from compare(admission, judged, path)

    file.upload(compared, file, told, **QUIET)


def compare(admission: Admission, judged: Judged, path: str | None) -> Iterator[str]:
    """How far it has come, and last what was found; why not, of a file that cannot be compared."""
    if not path:
        yield ""
        return
    try:
        source = open_source(Path(path))

        def compared() -> Iterator[str]:
            yield (yield from awaited(lambda: beside(judged, source, Path(path).name), "Comparing"))

        for part in admission.admitted(READING, "against", judged.study.model, compared):
            yield standing(part) if isinstance(part, Waiting) else part
    except Exception as error:
        yield failure(report(error).message)
