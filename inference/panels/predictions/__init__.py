"""How each kind of output is shown: one figure a kind, one file each, as safe HTML. A figure knows no task."""

from collections.abc import Callable

from .action import action
from .boxes import boxes
from .labels import labels
from .parts import Shown
from .ranking import ranking
from .spans import spans
from .text import written
from .value import value

FIGURES: dict[str, Callable[[Shown], str]] = {
    "labels": labels,
    "value": value,
    "ranking": ranking,
    "text": written,
    "spans": spans,
    "action": action,
    "boxes": boxes,
}
"""By kind of output."""

__all__ = ["FIGURES", "Shown"]
