"""The form of a model: one widget per field, made on demand; nothing here knows a task."""

import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ..demo import Demo, Example, resolve
from ..fields import CategoryField, Field, HistoryField, ImageField, NumberField, TextField
from ..metadata import forget

Props = dict[str, Any]


def text(field: TextField, props: Props) -> gr.Textbox:
    """A few lines to write in; Shift+Enter sends."""
    return gr.Textbox(
        info=field.description or None, placeholder=field.placeholder, value=field.default, lines=4, **props
    )


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


def number(field: NumberField, props: Props) -> gr.Number:
    """A number; the field checks the range, so that the message is ours."""
    return gr.Number(info=field.description or None, value=field.default, step=field.step or 1, **props)


def category(field: CategoryField, props: Props) -> gr.Dropdown:
    """One of the choices."""
    return gr.Dropdown(list(field.choices), info=field.description or None, value=field.default, **props)


def history(field: HistoryField, props: Props) -> gr.Dropdown:
    """Items by name; typing searches."""
    choices = [(name, item) for item, name in field.catalogue.items()]
    return gr.Dropdown(
        choices,
        info=field.description or None,
        value=list(field.default),
        multiselect=True,
        max_choices=field.max_items,
        **props,
    )


WIDGETS: dict[str, Callable[[Any, Props], gr.components.Component]] = {
    "text": text,
    "image": image,
    "number": number,
    "category": category,
    "history": history,
}
"""How each kind of field is entered."""

Run = Callable[[str, dict[str, Any]], Iterator[Any]]
"""(model, inputs by field name) → a stream of what the outputs show."""


def form(name: str, folder: Path, about: Demo, run: Run, outputs: Sequence[gr.components.Component]) -> None:
    """Place the form of a model, its examples first, and wire it to `run`."""
    titles = escape(json.dumps([example.title for example in about.examples]))
    hints = [field.description for field in about.inputs if field.kind == "image"]  # their widget shows none
    gr.HTML(f'<p class="summary" data-titles="{titles}">{escape(" ".join([about.summary, *hints]))}</p>')
    rows = [example_values(folder, about, example) for example in about.examples]
    offered = examples(name, about, rows) if rows else None
    with gr.Group(elem_classes=["fields", "dense"] if len(about.inputs) > 3 else ["fields"]):
        widgets = [widget(name, field) for field in about.inputs]
    for box in widgets:
        if isinstance(box, gr.Image):
            box.upload(lambda _: None, box, **QUIET)  # received at once, and so without its metadata
    with gr.Row(elem_classes="actions"):
        go = gr.Button("Predict and explain", variant="primary", scale=3)
        stop = gr.Button("Stop", scale=1, elem_classes="stop")

    def case(*values: Any) -> Iterator[Any]:
        yield from run(name, dict(zip([field.name for field in about.inputs], values, strict=True)))

    options: dict[str, Any] = {
        "fn": case,
        "inputs": widgets,
        "outputs": list(outputs),
        "show_progress": "hidden",
        "concurrency_limit": 16,
        "concurrency_id": "cases",
        "api_visibility": "private",
        "trigger_mode": "multiple",  # "once" would drop an example that is clicked while another is explained
    }
    # Each way to ask is a first event, then the run. The first one's way to the server and back gives the cancelling
    # below its time: listening to the same click, it could otherwise cancel the new run instead of the old.
    asking: list[Any] = [go.click, *(box.submit for box in widgets if isinstance(box, gr.Textbox))]
    first = [ask(lambda: None, **QUIET) for ask in asking]
    if offered:
        first.append(offered.click(lambda i: example_row(rows[i]), offered, widgets, **QUIET))
        asking.append(offered.click)
    running = [event.then(**options, js=TO_ANSWER) for event in first]
    for ask in asking:  # whoever asks anew neither waits for the old answer nor sees it come between
        ask(None, cancels=running, **QUIET)
    stop.click(None, cancels=running, js=STOPPED, **QUIET)


def example_row(values: list[Any]) -> Any:
    """An example's values as gradio takes them: a list for several widgets, the bare value for one."""
    return values if len(values) > 1 else values[0]


def widget(model: str, field: Field) -> gr.components.Component:
    """The widget of a field. Its key is its own, or the page would hand it the value of the model before."""
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    return WIDGETS[field.kind](field, {"label": label, "interactive": True, "key": f"{model}.{field.name}"})


QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

TO_ANSWER = """(...values) => {
    if (innerWidth < 760) document.getElementById("answer")?.scrollIntoView({behavior: "smooth"});
    return values;
}"""
"""On a phone the answer stands below the form: go there."""

STOPPED = """() => {
    for (const bar of document.querySelectorAll("#why .progress"))
        bar.textContent = bar.textContent.trim().replace("the figure is sharpening", "stopped");
    for (const card of document.querySelectorAll(".card[aria-busy]")) {
        card.removeAttribute("aria-busy");
        card.innerHTML = '<p class="hint">Stopped.</p>';
    }
}"""
"""Nothing on the page may claim to be at work any longer."""


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
