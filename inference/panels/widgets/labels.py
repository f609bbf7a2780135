"""Labels to type, each a chip that can be taken away."""

from typing import Any

import gradio as gr

from ...fields import LabelsField


def labels(field: LabelsField, props: dict[str, Any]) -> gr.Dropdown:
    """A chip for each label; Enter makes what was typed into one. The field checks what comes."""
    props = {**props, "value": list(props["value"] or ())}
    known = list(dict.fromkeys([*field.default, *props["value"]]))
    return gr.Dropdown(known, multiselect=True, allow_custom_value=True, max_choices=field.most, **props)
