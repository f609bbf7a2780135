"""How important columns are as bars with intervals, and words or items most for and against. Colours are in CSS."""

from collections.abc import Sequence
from html import escape

from ..frame import folded
from ..wording import clipped, written
from .records import Importance, Part

LISTED, SHOWN = 12, 10
"""Bars of columns, and words on either side; the tables have all that a Summary tells."""


def importance(found: Sequence[Importance], unit: str | None) -> str:
    """The bars, the most important first, with what the others amount to."""
    top = max((each.high or each.mean for each in found), default=0) or 1.0
    largest = max((each.mean for each in found), default=0)
    bars = "".join(
        bar(each.label, "even", each.mean / top, (each.low, each.high), top, written(each.mean, unit, largest))
        for each in found[:LISTED]
    )
    more = f'<p class="hint">{len(found) - LISTED} more are in the table.</p>' if len(found) > LISTED else ""
    return f'<ul class="effects">{bars}</ul>{more}{table(found, unit)}'


def bar(
    label: str,
    side: str,
    share: float,
    ends: tuple[float | None, float | None],
    top: float,
    number: str,
    told: str = "",
) -> str:
    """One row: the share of the longest bar, and its interval."""
    whisker = ""
    first, last = ends
    if first is not None and last is not None:
        low, high = (100 * min(abs(end) / top, 1.0) for end in sorted((first, last), key=abs))
        low = 0.0 if first * last < 0 else low
        whisker = f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
    return (
        f'<li><span class="name" dir="auto" title="{escape(label)}">{escape(clipped(label))}{told}</span>'
        f'<span class="track"><span class="{side}" style="left:0;width:{100 * share:.1f}%"></span>{whisker}</span>'
        f'<span class="number">{escape(number)}</span></li>'
    )


def table(found: Sequence[Importance], unit: str | None) -> str:
    """All of them as numbers."""
    largest = max((each.mean for each in found), default=0)
    say = lambda value: "" if value is None else written(value, unit, largest)  # noqa: E731
    rows = [
        [each.label, say(each.mean), interval(each.low, each.high, unit, largest), say(each.signed)] for each in found
    ]
    return folded(["Column", "Mean size of its effect", "95 % interval", "Mean effect"], rows)


def interval(low: float | None, high: float | None, unit: str | None, largest: float) -> str:
    """Both ends, or nothing."""
    return "" if low is None or high is None else f"{written(low, unit, largest)} to {written(high, unit, largest)}"


def parts(found: Sequence[Part], unit: str | None, kinds: str) -> str:
    """Two lists side by side, of what speaks for and what against, and a table of all."""
    sides = [("for", [each for each in found if each.mean > 0]), ("against", [each for each in found if each.mean < 0])]
    titles = {"for": "Most for it", "against": "Most against it"}
    halves = "".join(
        f"<div><h4>{titles[side]}</h4>{listed(side, some[:SHOWN], unit, found)}</div>" for side, some in sides if some
    )
    largest = max((abs(each.mean) for each in found), default=0)
    rows = [
        [each.label, written(each.mean, unit, largest), interval(each.low, each.high, unit, largest), f"{each.count:,}"]
        for each in sorted(found, key=lambda each: -each.mean)
    ]
    head = [kinds.capitalize(), "Mean effect", "95 % interval", "Rows"]
    return f'<div class="halves">{halves}</div>{folded(head, rows)}'


def listed(side: str, found: Sequence[Part], unit: str | None, every: Sequence[Part]) -> str:
    """One side."""
    top = max(max((abs(each.low or 0), abs(each.high or 0), abs(each.mean))) for each in every)
    largest = max(abs(each.mean) for each in every)
    rows = "".join(
        bar(each.label, side, abs(each.mean) / top, (each.low, each.high), top, written(each.mean, unit, largest),
            f" <small>in {each.count:,}</small>")
        for each in found
    )  # fmt: skip
    return f'<ul class="effects">{rows}</ul>'
