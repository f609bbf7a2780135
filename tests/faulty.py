"""The app with a fault of each kind planted, each of which quotes what a visitor might have sent."""

import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

import app  # noqa: E402 - which it finds by the line above

SECRET = "my very secret sentence"


def broken(*_: object) -> str:
    """Fails, as code does that was never tried with such an input."""
    raise ValueError(f"could not convert {SECRET}\nof {SECRET}")


def aside(*_: object) -> str:
    """The same, once a library has said something and a thread has ended likewise."""
    from transformers import logging

    logging.get_logger("transformers.models").warning("said by a library")
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    return broken()


def half(*_: object) -> None:
    """A screen that cannot be made to its end."""
    import gradio as gr

    with gr.Row():
        gr.Textbox("half of it").change(broken)
        broken()


def halfway() -> Any:
    """An answer that ends in the middle."""
    from starlette.responses import StreamingResponse

    def parts() -> Iterator[str]:
        yield "begun"
        yield broken()

    return StreamingResponse(parts())


def plant() -> None:
    """A fault in an event, in what is drawn, in a route, and in one that has begun to answer."""
    import gradio as gr
    from fastapi.routing import APIRoute

    from explain.panels import page
    from inference.serving import watch

    remote, routes = page.remote, app.routes

    def offered(endpoints: Any) -> None:
        warnings.warn("this is going to leave", UserWarning, stacklevel=1)
        remote(endpoints)
        gr.api(broken, api_name="broken")

    page.remote = offered
    page.model = half  # type: ignore[assignment]
    watch.is_here = aside  # type: ignore[assignment]
    app.routes = lambda *given: [*routes(*given), APIRoute("/halfway", halfway)]  # type: ignore[assignment]


if __name__ == "__main__":
    plant()
    app.main(sys.argv[1:])
