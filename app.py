"""SeeWhy: see what a model predicts, what would be done about it, and why. `python app.py` opens the page.

Arguments, assembly, launch. Gradio serves the page and, in the same application, the REST API under /api/v1.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: no request leaves the machine
os.environ["FORWARDED_ALLOW_IPS"] = ""  # uvicorn would believe what any caller through a local relay says of himself

if os.environ.get("SPACES_ZERO_GPU") == "true":
    import spaces  # must come before anything that touches the GPU

import argparse
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from explain.examples import keep
from explain.known import Known
from explain.panels.page import page
from explain.panels.reporting import of_file
from explain.reasons import top
from explain.streams import STREAMS
from inference import batching, device, observing, runtime, scratch, styles
from inference.errors import SeeWhyError
from inference.panels import look
from inference.panels.restraint import restrain
from inference.panels.strays import Strays
from inference.panels.uploaded import room
from inference.panels.visitor import left, visitor
from inference.serving import backing, ending, logs, patience
from inference.serving.admission import THREADS, required
from inference.serving.admitting import admission
from inference.serving.api import rest
from inference.serving.arguments import parser
from inference.serving.callers import ask, stay
from inference.serving.commands import command
from inference.serving.endpoints import Endpoints
from inference.serving.entrance import Entrance
from inference.serving.environment import users
from inference.serving.links import Links, secret_of
from inference.serving.metrics import Metrics
from inference.serving.naming import is_alone
from inference.serving.offering import catalogue
from inference.serving.preloading import Preloading
from inference.serving.remembering import invitation, opened, token
from inference.serving.security import MAX_BODY, Guard
from inference.serving.tools import Tools
from inference.serving.uploads import Uploads
from inference.serving.watch import Watch, routes
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
    logs.begin(options.log)
    ending.begin()
    try:
        if options.command:
            print(command(options, top, of_file, keep))
            return
        known, offered = Known(), catalogue(options, tasks)
        scratch.settle()
        endpoints = Endpoints(
            offered,
            replace(STREAMS, explain=known.explain_stream, known=known.known),
            admission(options),
            Links(secret_of(options.secret), options.links),
            opened(options),
            token(),
        )
        options.auth = users(options.auth)
        tools = Tools(endpoints) if options.mcp else None
        backend = backing.begin(options, endpoints.catalogue.folders, made=bool(tasks))
        ending.begin()  # instead of as the backend would
    except SeeWhyError as error:
        sys.exit(f"{error}")
    preloading = Preloading(endpoints.catalogue)
    endpoints.ready["models"] = preloading.missing
    if backend:
        endpoints.ready["backend"] = backend
    if runtime.ZERO_GPU:
        preloading.run()  # weights must be on the GPU before the first call is forked off
        device.lent = spaces.GPU(device.carried)
    blocks = page(endpoints)
    # Gradio asks the server whether it is there before it goes on: nothing may slow the answer until then.
    try:
        _, address, _ = launch(blocks, endpoints, options, tools, prevent_thread_lock=True)
    except OSError as error:
        sys.exit(f"Nothing can be served there: {error}")
    ending.hourly(scratch.touch, endpoints.links.keeping.sweep, room(blocks).sweep)
    if endpoints.history is not None:
        print(invitation(address, next(iter(endpoints.catalogue.demos)), endpoints.token), flush=True)
    if not runtime.ZERO_GPU:
        loading = threading.Timer(OPENING, preloading.run)
        loading.daemon = True
        loading.start()
    blocks.block_thread()


def launch(
    blocks: gr.Blocks, endpoints: Endpoints, options: argparse.Namespace, tools: Tools | None = None, **how: Any
) -> tuple[Any, str, str]:
    """Serve until interrupted, or as `how` says; the application, its local and its public address.

    tools: the same for assistants, where they are offered.
    """
    blocks.queue(max_size=THREADS, api_open=False)  # so many run at once: our own queue is full before
    restrain(blocks)
    patience.begin()
    ask(visitor, left)
    device.guards += [guard for guard in (required, stay) if guard not in device.guards]
    metrics = Metrics(endpoints.catalogue, endpoints.admission)
    observing.watch(metrics)
    if observing.observe_batch not in batching.watchers:
        batching.watchers.append(observing.observe_batch)
    endpoints.admission.told.append(logs.call_ended)
    watching = routes(endpoints.ready, metrics, options.metrics_token, options.share or options.trust_proxy > 0)
    entrance = [Middleware(Entrance, users=options.auth, rate=endpoints.admission.rate)] if options.auth else []
    return blocks.launch(
        server_name=options.host,
        server_port=options.port,
        root_path=options.root_path,
        share=options.share,
        auth=list(options.auth.items()) if options.auth else None,
        app_kwargs={
            "routes": [*rest(endpoints).routes, *(tools.routes if tools else ()), *watching],
            "lifespan": tools.running if tools else None,
            "middleware": [
                Middleware(Watch, proxies=options.trust_proxy, metrics=metrics),
                Middleware(Guard, origins=options.origin, alone=is_alone(options)),
                *entrance,
                Middleware(Uploads, room=room(blocks), rate=endpoints.admission.rate),
                Middleware(Strays, blocks=blocks),
            ],
            "docs_url": None,
            "redoc_url": None,
        },
        theme=look.theme(),
        css_paths=styles.SHEETS,
        favicon_path=look.LOGO,
        head=look.HEAD,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=MAX_BODY,
        max_threads=THREADS,
        allowed_paths=[str(file) for file in endpoints.catalogue.example_files()],  # a model may lie anywhere
        **how,
    )


if __name__ == "__main__":
    main()
