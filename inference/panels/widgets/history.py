"""Items by name: a search box over all of them, and the chosen ones as chips, with their ratings.

What it does in the browser is in assets/history.js. It shows a few matches at a time, so that thousands stay quick.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from ...fields import HistoryField
from ...models import ASSETS

SCRIPT = (ASSETS / "history.js").read_text(encoding="utf-8")


def history(field: HistoryField, props: dict[str, Any]) -> gr.HTML:
    """Items by name; typing searches. Its value is a list of ids, or of objects with item and rating."""
    widget = gr.HTML(
        value_of(props["value"]),
        label=props["label"],
        key=props["key"],
        html_template='<div class="history"></div>',
        js_on_load=SCRIPT,
        apply_default_css=False,
        hint=field.description,
        items=list(offered(field)),
        most=field.max_items,
        ratings=[*field.ratings, field.rating_step] if field.ratings else None,
    )
    widget.postprocess = value_of  # type: ignore[method-assign,assignment]  # of an example that is clicked
    return widget


def value_of(value: Any) -> list[Any]:
    """A history as the widget takes it: a list, for in the browser an object's keys come in an order of their own."""
    entries = value.items() if isinstance(value, Mapping) else ((entry, None) for entry in value or ())
    return [entry if rating is None else {"item": entry, "rating": rating} for entry, rating in entries]


def offered(field: HistoryField) -> Iterator[tuple[str, str, str]]:
    """Each item's id and name, and a few words that tell it from others of its kind."""
    for item, name in field.catalogue.items():
        known = field.facts.get(item, {})
        yield item, name, " · ".join(text for about, text in known.items() if about != "popularity")
