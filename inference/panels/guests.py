"""Where a visitor may name a model of the hub: a box on the first page that tells how the fetching goes."""

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

import gradio as gr

from ..serving.catalogue import Catalogue
from ..serving.reports import report
from .answer import failure
from .asking import QUIET
from .waiting import awaited


def box(catalogue: Catalogue) -> None:
    """The box; a model that has come is opened by page.js."""

    def fetch(spec: str) -> Iterator[str]:
        yield from fetched(catalogue, spec.strip())

    with gr.Group(elem_classes="fields guests"), gr.Row():
        named = gr.Textbox(
            label="Or a model of the hub",
            info="One with safetensors, for a task that is offered here: owner/name or owner/name@revision",
            placeholder="owner/name",
            scale=4,
        )
        go = gr.Button("Fetch and open", scale=1)
    told = gr.HTML("", elem_id="fetched")
    gr.on([go.click, named.submit], fetch, named, told, **QUIET)


def fetched(catalogue: Catalogue, spec: str) -> Iterator[str]:
    """How the fetching of a model goes, as HTML, and at last a link to it or what was wrong."""
    try:
        name = yield from awaited(lambda: catalogue.add(spec), f"Fetching {spec[:80]}")
    except Exception as error:
        yield failure(report(error).message)
        return
    yield f'<a class="arrived" href="?model={quote(name)}" data-model="{escape(name)}">{escape(name)}</a>'
