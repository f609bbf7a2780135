"""A picture by upload, clipboard or camera."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ...fields import ImageField
from ...metadata import forget


def image(field: ImageField, props: dict[str, Any]) -> gr.Image:
    """A picture by upload, clipboard or camera."""
    widget = gr.Image(sources=["upload", "clipboard", "webcam"], height=300, buttons=[], **props)
    widget.preprocess = uploaded  # type: ignore[method-assign,assignment]  # gradio's would decode it and word the error
    return widget


def uploaded(payload: Any) -> Path | str | None:
    """The uploaded file without its metadata, or a data URI: our own field opens it."""
    if payload is None:
        return None
    if payload.url and payload.url.startswith("data:"):
        return str(payload.url)
    path = Path(payload.path)
    if path.resolve().is_relative_to(Path(get_upload_folder()).resolve()):
        forget(path)  # Gradio keeps the file for an hour or two, and with it where the photo was taken
    return path
