"""Rows of dots on one scale, a column or a category each, as SVG. Colours are in assets/style/."""

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from inference.course import ticks

from ..wording import clipped
from .records import Dot

WIDTH, HEIGHT, EDGE = 560, 44, 8
"""A strip, in its own units, about one CSS pixel each; EDGE is what is kept free on both sides."""
LARGEST, SMALLEST = 5.0, 1.3
"""Radii of dots."""
APART = 1 / 60
"""Dots nearer than this share of the width are stacked."""

Ends = tuple[float, float]
Strip = tuple[str, Sequence[Dot], float | None]
"""What a row is called, its dots, and the number that is marked, if one is."""


def strips(rows: Sequence[Strip], written: Callable[[float], str], alt: str, across: str) -> str:
    """The rows over one axis. written: how a number stands at the axis; alt: all in words; across: what it counts."""
    values = [dot.value for _, dots, _ in rows for dot in dots] + [mark for *_, mark in rows if mark is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)
    ends = (low, high) if high > low else (low - 0.5, high + 0.5)
    drawn = "".join(
        f'<li><span class="name" dir="auto" title="{escape(name)}">{escape(clipped(name))}</span>'
        f"{strip(dots, ends, mark)}</li>"
        for name, dots, mark in rows
    )
    foot = f'<li aria-hidden="true"><span class="name"></span>{axis(ends, written, across)}</li>'
    return f'<div role="img" aria-label="{escape(alt)}"><ul class="swarm">{drawn}{foot}</ul></div>'


def strip(dots: Sequence[Dot], ends: Ends, mark: float | None = None) -> str:
    """One row: dots whose areas are their counts, those side by side stacked, the line of no effect, and the mark."""
    scale = radius_of(dots, ends)
    drawn = "".join(circle(dot, ends, up, scale) for stack in stacks(dots, ends) for dot, up in placed(stack, scale))
    zero = x_of(0.0, ends)
    line = (
        f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{HEIGHT}"/>' if ends[0] <= 0 <= ends[1] else ""
    )
    tick = "" if mark is None else upright(x_of(mark, ends))
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}">{line}{drawn}{tick}</svg>'


def upright(x: float) -> str:
    """The mark of a mean."""
    return f'<rect class="mean" x="{x - 1.5:.1f}" y="4" width="3" height="{HEIGHT - 8}" rx="1.5"/>'


def x_of(value: float, ends: Ends) -> float:
    """From left to right."""
    low, high = ends
    return EDGE + (WIDTH - 2 * EDGE) * (value - low) / (high - low)


def stacks(dots: Sequence[Dot], ends: Ends) -> list[list[Dot]]:
    """Dots that lie side by side, low levels first."""
    step = (ends[1] - ends[0]) * APART
    ranked = sorted(dots, key=lambda dot: dot.value)
    return [
        sorted(group, key=lambda dot: (dot.level is None, dot.level or 0))
        for _, group in groupby(ranked, key=lambda dot: math.floor((dot.value - ends[0]) / step))
    ]


def radius_of(dots: Sequence[Dot], ends: Ends) -> float:
    """The radius of a single row, such that the tallest stack fits and no dot is too large."""
    tallest = max((sum(2 * math.sqrt(dot.count) for dot in stack) for stack in stacks(dots, ends)), default=1)
    most = max((math.sqrt(dot.count) for dot in dots), default=1)
    return min(LARGEST / most, (HEIGHT - 4) / tallest)


def placed(stack: Sequence[Dot], scale: float) -> list[tuple[Dot, float]]:
    """Each dot of a stack with the height of its middle; the stack is centred."""
    sizes = [2 * scale * math.sqrt(dot.count) for dot in stack]
    top, found = (HEIGHT - sum(sizes)) / 2, []
    for dot, size in zip(stack, sizes, strict=True):
        found.append((dot, top + size / 2))
        top += size
    return found


def circle(dot: Dot, ends: Ends, up: float, scale: float) -> str:
    """One dot."""
    radius = max(SMALLEST, scale * math.sqrt(dot.count))
    return f'<circle class="{shade(dot.level)}" cx="{x_of(dot.value, ends):.1f}" cy="{up:.1f}" r="{radius:.1f}"/>'


def shade(level: float | None) -> str:
    """The CSS class of a level."""
    return "level-none" if level is None else f"level-{round(4 * level)}"


def axis(ends: Ends, written: Callable[[float], str], across: str) -> str:
    """Numbers under all rows, and what they count."""
    numbers = "".join(
        f'<text x="{x:.1f}" y="18" text-anchor="{anchor(x)}">{escape(written(value))}</text>'
        for value in ticks(*ends)
        for x in [x_of(value, ends)]
        if ends[0] <= value <= ends[1]
    )
    said = f'<text x="{WIDTH / 2}" y="42" text-anchor="middle">{escape(across)}</text>'
    return f'<svg viewBox="0 0 {WIDTH} 48">{numbers}{said}</svg>'


def anchor(x: float) -> str:
    """Where a number is held, so that none reaches over an edge."""
    return "start" if x < 20 else "end" if x > WIDTH - 20 else "middle"


KEY = (
    '<p class="legend scale"><span class="level-0">low</span><i class="level-1"></i><i class="level-2"></i>'
    '<i class="level-3"></i><span class="level-4">high</span></p>'
)
"""What the shades of dots mean."""
