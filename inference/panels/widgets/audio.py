"""A recording by upload or microphone."""

from pathlib import Path
from typing import Any

import gradio as gr

from ...fields import AudioField


def audio(field: AudioField, props: dict[str, Any]) -> gr.Audio:
    """A recorder that also takes files; the field opens them, so that the message is ours."""
    widget = gr.Audio(sources=["microphone", "upload"], type="filepath", buttons=[], editable=False, **props)
    widget.preprocess = uploaded  # type: ignore[method-assign,assignment]
    return widget


def uploaded(payload: Any) -> Path | str | None:
    """The uploaded file, or a data URI."""
    if payload is None:
        return None
    if payload.url and payload.url.startswith("data:"):
        return str(payload.url)
    return Path(payload.path)
