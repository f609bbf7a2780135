"""One of several choices."""

from typing import Any

import gradio as gr

from ...fields import CategoryField


def category(field: CategoryField, props: dict[str, Any]) -> gr.Dropdown:
    """One of the choices."""
    return gr.Dropdown(list(field.choices), allow_custom_value=field.unseen, **props)
