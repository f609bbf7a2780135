"""The endpoints under the same names for gradio_client, with the messages of our own errors."""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ..metadata import forget
from ..serving.endpoints import Endpoints
from ..serving.reports import report

MANY: dict[str, Any] = {"concurrency_limit": None}
"""The queue is our own, so that callers of all kinds take turns in it; Gradio's would know neither users nor REST."""


def remote(endpoints: Endpoints) -> None:
    """Register what `Endpoints` offers, the streaming twins and play among it, with the page under construction."""
    calls = (endpoints.models, endpoints.predict, endpoints.explain, endpoints.check, endpoints.counterfactuals)
    more = (endpoints.sweep, endpoints.evaluate, endpoints.inspect, endpoints.compare)
    for call in (*calls, *more):
        gr.api(told(call), api_name=call.__name__, **MANY)
    twins = (endpoints.predict_stream, endpoints.explain_stream, endpoints.counterfactuals_stream, endpoints.play)
    for stream in (*twins, endpoints.summary):
        gr.api(told_stream(stream), api_name=stream.__name__, **MANY)


def told(call: Callable[..., Any]) -> Callable[..., Any]:
    """An endpoint whose errors reach gradio_client as the message of `report`."""

    @wraps(call)
    def guarded(*values: Any) -> Any:
        try:
            return call(*map(received, values))
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None

    return guarded


def told_stream(stream: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same of an endpoint that streams."""

    @wraps(stream)
    def guarded(*values: Any) -> Iterator[Any]:
        try:
            yield from stream(*map(received, values))
        except Exception as error:
            raise gr.Error(report(error).message, print_exception=False) from None

    return guarded


def received(value: Any) -> Any:
    """`inputs` with the files that gradio_client has uploaded as paths; anything else as it is.

    Only paths in Gradio's own upload folder count: a caller could name any other.
    """
    if not isinstance(value, dict):
        return value
    folder = Path(get_upload_folder()).resolve()
    paths = {name: Path(entry["path"]) for name, entry in value.items() if is_upload(entry)}
    own = {name: path for name, path in paths.items() if path.resolve().is_relative_to(folder)}
    for path in own.values():
        forget(path)  # where a photo was taken is nobody's business, not even the cache's
    return value | own


def is_upload(entry: Any) -> bool:
    """Whether a value looks like gradio_client's description of a file."""
    return isinstance(entry, dict) and isinstance(entry.get("path"), str)
