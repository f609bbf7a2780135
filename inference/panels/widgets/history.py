"""Items by name; typing searches."""

from typing import Any

import gradio as gr

from ...fields import HistoryField


def history(field: HistoryField, props: dict[str, Any]) -> gr.Dropdown:
    """Items by name; typing searches."""
    choices = [(name, item) for item, name in field.catalogue.items()]
    props = {**props, "value": list(props["value"])}
    return gr.Dropdown(choices, multiselect=True, max_choices=field.max_items, **props)
