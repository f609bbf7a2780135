"""What the figures of several kinds of output are made of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ...types import Item, Prediction, Raw
from ...units import percent

LISTED = 5
"""Of many items, the page lists this many."""
ASK_HINT = '<p class="hint ask">Choose another one to see what speaks for it.</p>'


@dataclass(frozen=True)
class Shown:
    """A prediction, and what its figure is drawn from.

    pieces: the tokens of a written text, each of which can be asked about. raw: the checked input.
    """

    prediction: Prediction
    pieces: Sequence[str] = ()
    raw: Raw = field(default_factory=dict)


def headline(large: str, beside: str) -> str:
    """The answer in one line."""
    return f'<h2 class="eyebrow">Prediction</h2><p class="headline">{escape(large)} <small>{escape(beside)}</small></p>'


def folded(tag: str, name: str, rows: Sequence[str], count: int = LISTED) -> str:
    """A list whose first rows are shown and whose others can be unfolded."""
    start = f' style="counter-reset: place {count}"' if tag == "ol" else ""
    html = f'<{tag} class="{name}">{"".join(rows[:count])}</{tag}>'
    if len(rows) > count:
        others = f'<{tag} class="{name}"{start}>{"".join(rows[count:])}</{tag}>'
        html += f'<details class="others"><summary>{len(rows) - count} more</summary>{others}</details>'
    return html + ASK_HINT


def bars(items: Sequence[Item]) -> str:
    """Items with their probabilities as bars; each can be asked about."""
    rows = [
        f"<li>{asking(item.id)}"
        f'<span class="name">{escape(item.name)}{facts(item)}</span>'
        f'<span class="track"><span style="width:{100 * item.score:.1f}%"></span></span>'
        f'<span class="number">{percent(item.score)}</span></button></li>'
        for item in items
    ]
    return folded("ul", "bars", rows)


def asking(target: Any, name: str = "") -> str:
    """The start of a button that asks why its target got its score; page.js sends it. name: where no text is one."""
    named = f' aria-label="{name}"' if name else ""
    return f'<button type="button" class="ask" data-target="{escape(json.dumps(target))}"{named}>'


def facts(item: Item) -> str:
    """What is known of an item, under its name."""
    known = " · ".join(f"<span>{escape(text)}</span>" for text in (item.facts or {}).values())
    return f'<small class="facts">{known}</small>' if known else ""
