"""Classes with their probabilities, as bars."""

from html import escape

from ...units import percent
from .parts import Shown, asking, facts, folded, headline


def labels(shown: Shown) -> str:
    """The first label large, all of them as bars; each can be asked about."""
    first = shown.prediction.items[0]
    rows = [
        f"<li>{asking(item.id)}"
        f'<span class="name">{escape(item.name)}{facts(item)}</span>'
        f'<span class="track"><span style="width:{100 * item.score:.1f}%"></span></span>'
        f'<span class="number">{percent(item.score)}</span></button></li>'
        for item in shown.prediction.items
    ]
    return headline(first.name, percent(first.score)) + folded("ul", "bars", rows)
