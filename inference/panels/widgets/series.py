"""A series, as a table of numbers and as CSV."""

from typing import Any

import gradio as gr

from ...fields import SeriesField
from ...models import ASSETS

SCRIPT = (ASSETS / "series.js").read_text(encoding="utf-8")


def series(field: SeriesField, props: dict[str, Any]) -> gr.HTML:
    """A table to edit where there are several columns, and CSV to paste or open; the value is that text."""
    columns = [{"name": column.name, "title": column.title} for column in field.columns]
    about = {"label": props["label"], "description": field.description, "columns": columns}
    about |= {"length": field.length, "calendar": field.calendar}
    own = {name: props[name] for name in ("label", "key", "value")}
    widget = gr.HTML(html_template="", js_on_load=SCRIPT, apply_default_css=False, about=about, **own)
    widget.interactive = True
    return widget
