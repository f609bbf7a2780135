"""Items out of a catalogue, best first."""

from html import escape

from ...units import number
from .parts import Shown, asking, facts, folded, headline

LISTED = 10
"""As many as a ranking suggests."""


def ranking(shown: Shown) -> str:
    """The items, numbered; each can be asked about."""
    rows = [
        f'<li>{asking(item.id)}<span class="name">{escape(item.name)}{facts(item)}</span>'
        f'<span class="number">{number(item.score)}</span></button></li>'
        for item in shown.prediction.items
    ]
    return headline(shown.prediction.items[0].name, "first of the suggestions") + folded("ol", "ranking", rows, LISTED)
