"""SeeWhy: see what a model predicts, what would be done about it, and why. `python app.py` opens the page.

Arguments, assembly, launch. Gradio serves the page and, in the same application, the REST API under /api/v1.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: no request leaves the machine

if os.environ.get("SPACES_ZERO_GPU") == "true":
    import spaces  # must come before anything that touches the GPU

import argparse
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Mount

from explain import explain_stream
from explain.panels import why
from inference import demo, models, runtime
from inference.errors import ModelError
from inference.panels import answer
from inference.panels.form import form
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints, report
from inference.serving.security import Guard

LOGO = models.ASSETS / "logo.svg"
HEADER = (
    f'<header class="seewhy">{LOGO.read_text(encoding="utf-8")}<h1>See<span>Why</span></h1>'
    "<p>See what a model predicts, what would be done about it, and why.</p></header>"
)


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments, put the pieces together and serve."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if options.command == "check":
        sys.exit(check(options.folder))
    folders = {
        name: path for root in options.model or [models.ASSETS / "models"] for name, path in models.find(root).items()
    }
    endpoints = Endpoints(Catalogue(folders), explain_stream)
    if runtime.ZERO_GPU:
        preload(endpoints.catalogue)  # weights must be on the GPU before the first call is forked off
        for name in ("answers", "explanations"):
            setattr(endpoints, name, spaces.GPU(getattr(endpoints, name)))
    else:
        threading.Thread(target=preload, args=[endpoints.catalogue], daemon=True).start()
    launch(page(endpoints), endpoints, options)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    parser.add_argument("--model", type=Path, action="append", help="a model folder, or a folder of them; repeatable")
    parser.add_argument("--host", default=None, help="address to listen on; 127.0.0.1 unless GRADIO_SERVER_NAME is set")
    parser.add_argument("--port", type=int, default=None, help="port; the first free one from 7860")
    parser.add_argument("--share", action="store_true", help="also open a public link through Gradio's relay")
    parser.add_argument("--origin", action="append", default=[], help="another site whose pages may call the API")
    commands = parser.add_subparsers(dest="command")
    checking = commands.add_parser("check", help="check the demo.json of a model folder")
    checking.add_argument("folder", type=Path)
    return parser


def page(endpoints: Endpoints) -> gr.Blocks:
    """The one screen: models on top, form left, answer right, explanation under it, path below."""
    demos = endpoints.catalogue.demos
    with gr.Blocks(title="SeeWhy", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        gr.HTML(HEADER)
        model = gr.Radio(
            [(about.title, name) for name, about in demos.items()],
            value=next(iter(demos)),
            label="Model",
            elem_classes="models",
        )
        with gr.Row(elem_classes="screen"):
            with gr.Column(scale=5, min_width=320):

                @gr.render(inputs=model)
                def inputs(name: str) -> None:
                    form(name, endpoints.catalogue.folders[name], demos[name], run, shown)

            with gr.Column(scale=6, min_width=320):
                shown = [gr.HTML(answer.EMPTY, elem_id="answer"), gr.HTML(elem_id="why"), gr.HTML(elem_id="path")]

        def run(name: str, inputs: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
            return case(endpoints, name, inputs)

        model.change(lambda: (answer.EMPTY, "", ""), None, shown, api_visibility="private", show_progress="hidden")
        for call in (endpoints.models, endpoints.predict, endpoints.explain):
            gr.api(told(call), api_name=call.__name__, concurrency_limit=16)
        for stream in (endpoints.predict_stream, endpoints.explain_stream):
            gr.api(told_stream(stream), api_name=stream.__name__, concurrency_limit=16)
    return blocks


def told(call: Callable[..., Any]) -> Callable[..., Any]:
    """An endpoint whose errors reach gradio_client as the message of `report`."""

    @wraps(call)
    def guarded(*values: Any) -> Any:
        try:
            return call(*values)
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None

    return guarded


def told_stream(stream: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same of an endpoint that streams."""

    @wraps(stream)
    def guarded(*values: Any) -> Iterator[Any]:
        try:
            yield from stream(*values)
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None

    return guarded


def case(endpoints: Endpoints, name: str, inputs: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What the page shows of one input: (answer, why, path), first the prediction, then the sharpening explanation."""
    keep = gr.skip()
    try:
        yield '<div class="card" aria-busy="true"><p class="hint">Predicting…</p></div>', "", ""
        for shown, path in answer.stream(endpoints, name, inputs):
            yield shown, why.WAITING, path
        for explanation in why.stream(endpoints, name, inputs):
            yield keep, explanation, keep
    except Exception as error:
        yield answer.failure(report(error).message), "", ""


def launch(blocks: gr.Blocks, endpoints: Endpoints, options: argparse.Namespace) -> None:
    """Serve until interrupted."""
    blocks.queue(max_size=64, api_open=False)
    blocks.launch(
        server_name=options.host,
        server_port=options.port,
        share=options.share,
        app_kwargs={
            "routes": [Mount("/api/v1", app=rest(endpoints))],
            "middleware": [Middleware(Guard, origins=options.origin)],
            "docs_url": None,
            "redoc_url": None,
        },
        theme=theme(),
        css_paths=models.ASSETS / "style.css",
        favicon_path=LOGO,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size="24mb",
    )


def theme() -> gr.themes.Base:
    """Quiet surfaces, one accent, the reader's own system fonts: nothing is loaded from elsewhere."""
    sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    return gr.themes.Base(primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=sans, font_mono=mono).set(
        body_background_fill="*neutral_50", body_background_fill_dark="*neutral_950", block_border_width="0px"
    )


def preload(catalogue: Catalogue) -> None:
    """Load every model while the first visitor still reads, so that no prediction waits for it."""
    for name in catalogue.demos:
        try:
            catalogue.task(name)
        except ModelError as error:
            logging.getLogger("app").warning("%s", error)


def check(folder: Path) -> int:
    """Say what is wrong with a model folder's demo.json, or that nothing is; the exit status."""
    try:
        about = demo.read(folder)
        for example in about.examples:
            about.parse(demo.resolve(folder, about, example.inputs))
        demo.read_background(folder, about)
    except Exception as error:
        print(report(error).message)
        return 1
    print(f"{folder.name}: {len(about.fields)} fields, {len(about.examples)} examples, no mistake found.")
    return 0


if __name__ == "__main__":
    main()
