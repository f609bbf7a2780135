"""What a check found, as HTML with its alt text and its table. Colours and sizes are in assets/style/."""

from collections.abc import Callable
from html import escape
from typing import Any

from .courses import faithfulness
from .grid import grid
from .together import interplay
from .twofold import sensitivity


def draw_finding(found: Any) -> str:
    """The verdict, the figure and the table of a Faithfulness, a Sensitivity, an Interplay or a Wordwise."""
    return f'<p class="sentence">{escape(found.verdict)}</p>{FIGURES[found.check](found)}'


FIGURES: dict[str, Callable[[Any], str]] = {
    "faithfulness": faithfulness,
    "baseline": sensitivity,
    "interactions": interplay,
    "tokens": grid,
}
"""How each finding is drawn."""
