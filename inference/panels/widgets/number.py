"""A number, by a slider where its range is known."""

import math
from typing import Any

import gradio as gr

from ...fields import NumberField

DIGITS = 10
"""Decimals of a slider's ends, which the page shows: adding floats leaves a trail of others."""


def number(field: NumberField, props: dict[str, Any]) -> gr.Number | gr.Slider:
    """A slider where the range is known and a value needed, else a number.

    The field checks what comes, so that the message is ours.
    """
    props = {**props, "step": field.step or 1}
    if field.limits is None or field.default is None or field.optional:
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
    ends = max(field.limits[0], low - room), min(field.limits[1], high + room)
    return round(ends[0], DIGITS), round(ends[1], DIGITS)
