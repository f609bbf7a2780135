"""Where a visitor may name a model of the hub: a box on the first page that tells how the fetching goes."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from html import escape

import gradio as gr

from ..serving.catalogue import Catalogue
from ..serving.endpoints import report
from .answer import failure


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
    gr.on([go.click, named.submit], fetch, named, told, api_visibility="private", show_progress="hidden")


def fetched(catalogue: Catalogue, spec: str) -> Iterator[str]:
    """How the fetching of a model goes, as HTML twice a second, and at last a link to it or what was wrong."""
    start = time.monotonic()
    with ThreadPoolExecutor(1) as background:
        coming = background.submit(catalogue.add, spec)
        while not wait([coming], timeout=0.5).done:
            yield fetching(spec, time.monotonic() - start)
    error = coming.exception()
    if isinstance(error, Exception):
        yield failure(report(error).message)
    else:
        yield f'<a class="arrived" href="?model={escape(spec)}" data-model="{escape(spec)}">{escape(spec)}</a>'


def fetching(spec: str, seconds: float) -> str:
    """While a model is on its way; how long that takes is not known beforehand."""
    return (
        f'<div class="card" aria-busy="true"><p>Fetching {escape(spec)}</p><div class="progress"><progress></progress>'
        f"<span>{seconds:.0f} s so far</span></div></div>"
    )
