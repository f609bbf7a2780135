"""A road to edit: numbers for each car, and a drawing to click new cars into."""

import json
from functools import cache
from html import escape
from typing import Any

import gradio as gr

from ...fields import SceneField
from ...models import ASSETS

HTML = """<div class="scene" data-road="{road}"><div class="label">{label}</div><p class="hint">{info}</p>
<div class="road" tabindex="0" role="group" aria-label="The road from above">
<svg viewBox="0 0 620 {height}" aria-hidden="true"></svg></div>
<table><thead><tr><th scope="col"><span class="hidden">Car</span></th><th scope="col">Distance (m)</th>
<th scope="col">Lane</th><th scope="col">Speed ({unit})</th>
<th><span class="hidden">Remove</span></th></tr></thead><tbody></tbody></table>
<p class="buttons"><button type="button" class="add">Add a car</button>
<button type="button" class="clear">Empty road</button></p></div>"""
"""What assets/scene.js fills in; it names no value, so that gradio does not draw it anew while somebody types."""


def scene(field: SceneField, props: dict[str, Any]) -> gr.HTML:
    """Fields for the own car and for each of the others, beside the same from above."""
    road = {
        "lanes": field.lanes,
        "most": field.max_cars,
        "reach": field.reach,
        "speeds": field.speeds,
        "unit": field.speed_unit,
    }
    html = HTML.format(
        road=escape(json.dumps(road)),
        label=escape(props["label"]),
        info=escape(field.description),
        height=40 * field.lanes,
        unit=escape(field.speed_unit),
    )
    own = {name: value for name, value in props.items() if name in ("key", "value", "label")}
    widget = gr.HTML(html_template=html, js_on_load=script(), apply_default_css=False, **own)
    widget.interactive = True  # gradio takes HTML for an output
    return widget


@cache
def script() -> str:
    """The code of the widget."""
    return (ASSETS / "scene.js").read_text(encoding="utf-8")
