"""The form of a model: one widget per field, made on demand; nothing here knows a task."""

import json
import math
import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ..demo import Demo, Example, resolve
from ..fields import AnyField, CategoryField, HistoryField, ImageField, NumberField, TextField
from ..metadata import forget
from .asking import Asks, Form, wire

Props = dict[str, Any]


def text(field: TextField, props: Props) -> gr.Textbox:
    """A few lines to write in; Shift+Enter sends."""
    return gr.Textbox(placeholder=field.placeholder, lines=4, **props)


def image(field: ImageField, props: Props) -> gr.Image:
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


def number(field: NumberField, props: Props) -> gr.Number | gr.Slider:
    """A slider where the range is known, else a number; the field checks what comes, so that the message is ours."""
    props = {**props, "step": field.step or 1}
    if field.limits is None or field.default is None:
        return gr.Number(**props)
    widget = gr.Slider(*stretch(field), buttons=[], **props)
    widget.preprocess = lambda payload: payload  # type: ignore[method-assign]  # gradio's would word the error
    return widget


def stretch(field: NumberField) -> tuple[float, float]:
    """The ends of a slider: what was seen and a quarter more on either side, as far as the limits allow."""
    assert field.limits is not None  # else it is no slider
    low, high = field.seen or field.limits
    step = field.step or 1
    room = math.ceil((high - low) / 4 / step) * step  # so that the values seen lie on steps
    return max(field.limits[0], low - room), min(field.limits[1], high + room)


def category(field: CategoryField, props: Props) -> gr.Dropdown:
    """One of the choices."""
    return gr.Dropdown(list(field.choices), allow_custom_value=field.unseen, **props)


def history(field: HistoryField, props: Props) -> gr.Dropdown:
    """Items by name; typing searches."""
    choices = [(name, item) for item, name in field.catalogue.items()]
    props = {**props, "value": list(props["value"])}
    return gr.Dropdown(choices, multiselect=True, max_choices=field.max_items, **props)


WIDGETS: dict[str, Callable[[Any, Props], gr.components.Component]] = {
    "text": text,
    "image": image,
    "number": number,
    "category": category,
    "history": history,
}
"""How each kind of field is entered."""


def form(
    name: str,
    folder: Path,
    about: Demo,
    asks: Asks,
    outputs: Sequence[gr.components.Component],
    example: int | None = None,
) -> None:
    """Place the form of a model, its examples first, and wire it to `asks`. `example` is the one it starts with."""
    titles = escape(json.dumps([example.title for example in about.examples]))
    hints = [field.description for field in about.inputs if field.kind == "image"]  # their widget shows none
    gr.HTML(f'<p class="summary" data-titles="{titles}">{escape(" ".join([about.summary, *hints]))}</p>')
    rows = [example_values(folder, about, example) for example in about.examples]
    offered = examples(name, about, rows) if rows else None
    with gr.Group(elem_classes=["fields", "dense"] if len(about.inputs) > 3 else ["fields"]):
        given = [field.default for field in about.inputs] if example is None else rows[example]
        widgets = [widget(name, field, value) for field, value in zip(about.inputs, given, strict=True)]
    with gr.Row(elem_classes="actions"):
        go = gr.Button("Predict and explain", variant="primary", scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")
    target = gr.Textbox("", elem_id="target", visible="hidden", label="Target", key=f"{name}.target")
    check = gr.Textbox("", elem_id="check", visible="hidden", label="Check", key=f"{name}.check")
    wire(asks, Form(widgets, go, stop, target, check, offered, rows), outputs)


def widget(model: str, field: AnyField, value: Any) -> gr.components.Component:
    """The widget of a field. Its key is its own, or the page would hand it the value of the model before."""
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    info = re.sub(r"([\\`*_\[\]()<>#!|~])", r"\\\1", field.description) or None  # gradio takes it for Markdown
    props = {"label": label, "interactive": True, "key": f"{model}.{field.name}", "value": value}
    return WIDGETS[field.kind](field, props if field.kind == "image" else {**props, "info": info})


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
    given = [values.get(field.name) for field in about.inputs]
    return [str(value) if isinstance(value, Path) else value for value in given]
