"""The form of a model: one widget per field, made on demand; nothing here knows a task."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ..demo import Demo, Example, resolve
from ..fields import AnyField
from .asking import Asks, Form, wire
from .speaking import speaking
from .widgets import SILENT, WIDGETS

BOXES = ("target", "check", "edit", "explore", "link")
"""Hidden, for what page.js asks."""


def form(
    name: str,
    folder: Path,
    about: Demo,
    asks: Asks,
    outputs: Sequence[gr.components.Component],
    start: Sequence[Any] | None = None,
    recorded: tuple[gr.Textbox, Any] | None = None,
) -> None:
    """Place the form of a model, its examples first, and wire it to `asks`.

    start: the values that it starts with, by widget. recorded: a box that names a tick of a recording, and what then
    fills in.
    """
    titles = escape(json.dumps([example.title for example in about.examples]))
    hints = [field.description for field in about.inputs if field.kind in SILENT]
    gr.HTML(f'<p class="summary" data-titles="{titles}">{escape(" ".join([about.summary, *hints]))}</p>')
    rows = [example_values(folder, about, example) for example in about.examples]
    offered = examples(name, about, rows) if rows else None
    with gr.Group(elem_classes=["fields", "dense"] if len(about.inputs) > 3 else ["fields"]):
        given = [field.default for field in about.inputs] if start is None else start
        values = list(zip(about.inputs, given, strict=True))
        placed, spoken = {}, []
        for field, value in values:
            if not is_aside(field):
                placed[field.name] = widget(name, field, value)
                spoken += speaking(name, field, placed[field.name], asks)
    if aside := [each for each in values if is_aside(each[0])]:
        with gr.Accordion("Settings", open=False, elem_classes="settings"):
            placed |= {field.name: widget(name, field, value) for field, value in aside}
    widgets = [placed[field.name] for field in about.inputs]
    with gr.Row(elem_classes="actions"):
        go = gr.Button("Predict and explain", variant="primary", scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    boxes = {
        box: gr.Textbox("", elem_id=box, visible="hidden", label=box.capitalize(), key=f"{name}.{box}") for box in BOXES
    }
    wire(asks, Form(widgets, go, stop, **boxes, offered=offered, rows=rows, recorded=recorded, spoken=spoken), outputs)


def is_aside(field: AnyField) -> bool:
    """Whether a field says how rather than what is asked, and so stands behind a fold."""
    return field.role == "setting" and field.kind in ("number", "category", "text")


def widget(model: str, field: AnyField, value: Any) -> gr.components.Component:
    """The widget of a field. Its key is its own, or the page would hand it the value of the model before."""
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    props = {"label": label, "interactive": True, "key": f"{model}.{field.name}", "value": value}
    told = {} if field.kind in SILENT else {"info": field.description or None}
    return WIDGETS[field.kind](field, {**props, **told})


def examples(name: str, about: Demo, rows: Sequence[Sequence[Any]]) -> gr.Dataset:
    """The examples to click: pictures show themselves, other inputs their titles."""
    pictures = [i for i, field in enumerate(about.inputs) if field.kind == "image"]
    titles = [[example.title] for example in about.examples]
    return gr.Dataset(
        label="Try one of these",
        components=[gr.Image(render=False) if pictures else gr.Textbox(render=False)],
        samples=[[row[pictures[0]]] for row in rows] if pictures else titles,
        type="index",
        layout="gallery",
        key=f"{name}.examples",
    )


def example_values(folder: Path, about: Demo, example: Example) -> list[Any]:
    """An example as the widgets take it."""
    values = resolve(folder, about, example.inputs)
    given = [values.get(field.name, field.default if field.role == "setting" else None) for field in about.inputs]
    return [str(value) if isinstance(value, Path) else value for value in given]
