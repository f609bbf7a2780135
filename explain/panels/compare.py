"""Compare: a model beside another, beside a variant of itself, or two inputs; one case, a file, and all variants."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from inference.panels.asking import QUIET, RUNNING, linking, one_or_more
from inference.panels.form import examples, widget
from inference.panels.waiting import STOPPED
from inference.serving.endpoints import Endpoints
from inference.study import variants

from .comparing import INPUTS, Comparing


def view(endpoints: Endpoints, name: str, of: str) -> None:
    """The screen. of: a row of a file and what to compare with, `STUDY-NUMBER-WITH`, or nothing."""
    asks = Comparing(endpoints, name)
    start, than, told = asks.start(of)
    gr.HTML(f'<p class="summary">{escape(SUMMARY)}</p>{told}')
    with gr.Tabs(selected="case", key=f"{name}.{of}.tabs"):  # another row begins where its case stands
        with gr.Tab("One case", id="case"):
            one_case(asks, than, start)
        with gr.Tab("A whole file", id="file"):
            whole_file(asks, than)
        with gr.Tab("All variants", id="all"):
            all_variants(asks)


SUMMARY = "Do two models say the same, for the same reasons? A variant may keep its accuracy and change its reasons."


def chooser(asks: Comparing, than: str, choices: Sequence[tuple[str, str]], tab: str) -> gr.Dropdown:
    """What the model is compared with."""
    key = f"{asks.name}.{tab}.than"
    return gr.Dropdown(list(choices), value=than, label="Compare with", key=key, interactive=True)


def one_case(asks: Comparing, than: str, start: Sequence[Any]) -> None:
    """An example or an input of the visitor's, asked twice."""
    name, about = asks.name, asks.about
    chosen = chooser(asks, than, asks.choices, "case")
    offered = examples(f"{name}.compare", about, asks.rows) if asks.rows else None
    others = start if asks.others is None else asks.others
    dense = ["fields", "dense"] if len(about.inputs) > 3 else ["fields"]
    with gr.Group(elem_classes=dense):
        first = [widget(f"{name}.first", field, value) for field, value in zip(about.inputs, start, strict=True)]
    with gr.Group(elem_classes=dense, visible=than == INPUTS) as also:
        gr.HTML('<p class="also">The other input</p>')
        second = [widget(f"{name}.second", field, value) for field, value in zip(about.inputs, others, strict=True)]
    go, stop = buttons("Compare")
    out = gr.HTML("", elem_id="compared")
    gr.HTML(TAKE)
    link = gr.Textbox("", elem_id="link", visible="hidden", label="Link", key=f"{name}.compare.link")
    linking(link, asks.linked, [chosen, *first, *second])
    chosen.change(lambda than: gr.update(visible=than == INPUTS), chosen, also, **QUIET)
    asking: list[Any] = [go.click(asks.case, [chosen, *first, *second], out, **RUNNING)]
    if offered:
        filled = offered.click(lambda i: one_or_more(asks.rows[i]), offered, first, **QUIET)
        asking.append(filled.then(asks.case, [chosen, *first, *second], out, **RUNNING))
    stop.click(None, cancels=asking, js=STOPPED)


def whole_file(asks: Comparing, than: str) -> None:
    """A file, or the model's own rows, asked twice."""
    others = [choice for choice in asks.choices if choice[1] != INPUTS]
    chosen = chooser(asks, than if than != INPUTS else others[0][1], others, "file")
    asks.opening.place(f"{asks.name}.compared")
    go, stop = buttons("Compare over this file", interactive=False)
    out = gr.HTML("", elem_id="differing")
    asks.opening.wire(go, out)
    asking = go.click(asks.file, [chosen, asks.opening.upload, asks.opening.columns], out, **RUNNING)
    stop.click(None, cancels=[asking], js=STOPPED)


def all_variants(asks: Comparing) -> None:
    """The table of variants, on demand."""
    names = [name for name in variants.VARIANTS if name != "float32"]
    usual = [name for name in names if name in USUAL and (name != "onnx" or asks.has_onnx)]
    boxes = gr.CheckboxGroup(names, value=usual, label="Beside float32", key=f"{asks.name}.variants", interactive=True)
    gr.HTML(f'<p class="hint">{escape(WHAT)}</p>')
    go, stop = buttons("Make them and measure")
    out = gr.HTML("", elem_id="roster")
    asking = go.click(asks.table, boxes, out, **RUNNING)
    stop.click(None, cancels=[asking], js=STOPPED)


TAKE = '<div class="card take"><p class="buttons"><button type="button" data-link>Copy link</button></p>'
TAKE += '<p class="link" role="status" hidden></p></div>'
USUAL = ("bfloat16", "int8", "pruned", "onnx")
"""Made unless unticked: compiling may take a minute."""
WHAT = (
    "Each is made from the loaded model, which stays as it is, measured for size, speed and answers, and explained on "
    "some inputs, as float32 is, once more with another seed."
)


def buttons(text: str, interactive: bool = True) -> tuple[gr.Button, gr.Button]:
    """What starts and what stops."""
    with gr.Row(elem_classes="actions"):
        go = gr.Button(text, variant="primary", interactive=interactive, scale=3)
        return go, gr.Button("Stop", scale=1, elem_classes="stop")
