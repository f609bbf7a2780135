"""A text field that listens: a recorder under it, whose words are written into it. Knows no model."""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from ..fields import AnyField, AudioField, TextField
from .asking import Asks
from .widgets import WIDGETS


def speaking(
    model: str, field: AnyField, box: gr.components.Component, asks: Asks
) -> list[tuple[gr.Audio, gr.components.Component, Any]]:
    """Place the recorder of a field under its box, or what has to be done first; nothing under a field that is deaf."""
    if not isinstance(field, TextField) or not field.listens:
        return []
    if remedy := asks.hearing(field):
        gr.HTML(f'<p class="hint unheard">To speak instead of writing: {marked(remedy)}</p>')
        return []
    props = {
        "label": "Or say it: your words are written above",
        "interactive": True,
        "key": f"{model}.{field.name}.spoken",
    }
    recorder = WIDGETS["audio"](AudioField(name=field.name, label=field.label), {**props, "value": None})
    assert isinstance(recorder, gr.Audio)
    return [(recorder, box, partial(asks.heard, field))]


def marked(text: str) -> str:
    """A message as HTML, what stands between backticks as code."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
