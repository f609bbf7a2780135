"""Interactions as a figure: the strongest pairs as arcs, and as numbered bars."""

from html import escape

from .arcs import arcs
from .frame import effort, folded
from .interplay import Interplay
from .wording import clipped, side, written

PAIRS, MOST = 5, 60
"""Pairs drawn, and pairs in the table."""


def interplay(found: Interplay) -> str:
    """The strongest pairs as arcs, and as numbered bars."""
    largest = abs(found.values[0])
    if not largest:
        return f'<p class="hint">{effort(found)}</p>'
    rows = "".join(pair(found, i, largest) for i in range(min(PAIRS, len(found.pairs))))
    margins = found.stderr or [None] * len(found.pairs)
    listed = [
        [*names(found, i), change(found.values[i], found), "" if margin is None else f"± {span(1.96 * margin, found)}"]
        for i, margin in enumerate(margins[:MOST])
    ]
    return (
        '<div class="legend"><span class="against">lower together</span><span class="for">higher together</span></div>'
        f'{arcs(found, PAIRS)}<ol class="effects pairs">{rows}</ol><p class="hint">How much higher, or lower, two '
        f"parts bring the score together than the sum of both alone. {effort(found)}</p>"
        f"{folded(['First', 'Second', 'Together', '95 % interval'], listed, 2)}"
    )


def pair(found: Interplay, i: int, largest: float) -> str:
    """A pair's row."""
    both = " and ".join(f"<bdi>{escape(clipped(name))}</bdi>" for name in names(found, i))
    value = found.values[i]
    return (
        f'<li><span class="name">{both}</span><span class="track"><span class="{side(value)}" '
        f'style="left:0;width:{100 * abs(value) / largest:.1f}%"></span></span>'
        f'<span class="number">{escape(change(value, found))}</span></li>'
    )


def names(found: Interplay, i: int) -> list[str]:
    """The labels of a pair."""
    return [found.features[player].label for player in found.pairs[i]]


def change(value: float, found: Interplay) -> str:
    """A pair's value with its sign."""
    return f"{'−' if value < 0 else '+'}{span(abs(value), found)}"


def span(value: float, found: Interplay) -> str:
    """A value beside the strongest pair's."""
    return written(value, found.unit, abs(found.values[0]))
