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
from collections.abc import Sequence
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from explain.panels.page import page
from explain.panels.reporting import of_file
from explain.reasons import top
from explain.streams import STREAMS
from inference import device, runtime
from inference.errors import SeeWhyError
from inference.panels import look
from inference.panels.restraint import restrain
from inference.serving.api import rest
from inference.serving.arguments import catalogue, command, parser
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints, report
from inference.serving.security import MAX_BODY, Guard
from inference.task import Task

OPENING = 2.0
"""Seconds that the page has for itself: models that load meanwhile would slow its opening."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, put the pieces together and serve, or do what a command asks."""
    run(parser(__doc__).parse_args(arguments))


def serve(*tasks: Task, arguments: Sequence[str] = ()) -> None:
    """Serve tasks made in Python, such as by `inference.from_function`; the arguments are those of the command line."""
    run(parser(__doc__).parse_args(arguments), tasks)


def run(options: argparse.Namespace, tasks: Sequence[Task] = ()) -> None:
    """Serve until interrupted. What a presenter can mend ends the program with a message."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        if options.command:
            print(command(options, top, of_file))
            return
        endpoints = Endpoints(catalogue(options, tasks), STREAMS)
    except SeeWhyError as error:
        sys.exit(f"{error}")
    if runtime.ZERO_GPU:
        preload(endpoints.catalogue)  # weights must be on the GPU before the first call is forked off
        device.lent = spaces.GPU(device.carried)
    blocks = page(endpoints)
    # Gradio asks the server whether it is there before it goes on: nothing may slow the answer until then.
    launch(blocks, endpoints, options, prevent_thread_lock=True)
    if not runtime.ZERO_GPU:
        loading = threading.Timer(OPENING, preload, [endpoints.catalogue])
        loading.daemon = True
        loading.start()
    blocks.block_thread()


def launch(blocks: gr.Blocks, endpoints: Endpoints, options: argparse.Namespace, **how: Any) -> tuple[Any, str, str]:
    """Serve until interrupted, or as `how` says; the application, its local and its public address."""
    blocks.queue(max_size=64, api_open=False)
    restrain(blocks)
    return blocks.launch(
        server_name=options.host,
        server_port=options.port,
        share=options.share,
        app_kwargs={
            "routes": rest(endpoints).routes,
            "middleware": [Middleware(Guard, origins=options.origin)],
            "docs_url": None,
            "redoc_url": None,
        },
        theme=look.theme(),
        css_paths=look.STYLE,
        favicon_path=look.LOGO,
        head=look.HEAD,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=MAX_BODY,
        allowed_paths=[str(file) for file in endpoints.catalogue.example_files()],  # a model may lie anywhere
        **how,
    )


def preload(catalogue: Catalogue) -> None:
    """Load every model while the first visitor still reads, so that no prediction waits for it."""
    for name in catalogue.demos:
        try:
            catalogue.task(name)
        except Exception as error:
            logging.getLogger("app").warning("%s", report(error).message)


if __name__ == "__main__":
    main()
