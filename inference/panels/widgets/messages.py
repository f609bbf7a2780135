"""A few lines to write in."""

from typing import Any

import gradio as gr

from ...fields import MessagesField


def messages(field: MessagesField, props: dict[str, Any]) -> gr.Textbox:
    """A few lines to write in; Shift+Enter sends."""
    return gr.Textbox(placeholder=field.placeholder, lines=4, **props)
