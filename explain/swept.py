"""A Sweep as a figure: the score over one field, with the value as it is and what would be decided; and as a table.

Colours and strokes are in assets/style/.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from inference.course import ticks
from inference.units import number, percent, quantity

from .changes import clipped
from .chart import BOTTOM, HEIGHT, RIGHT, TOP, short
from .frame import folded
from .sweep import Band, Sweep

WIDTH, LEFT = 560, 64
MARKED = 30
"""Values up to which each is a dot."""


def swept(found: Sweep) -> str:
    """The curve, its bands in words, and its values as a table."""
    return f"{curve(found)}{legend(found)}{table(found)}"


def curve(found: Sweep) -> str:
    """The score at each value: numbers along a line, choices as columns."""
    marks = ticks(min(found.scores), max(found.scores))
    plane = Plane(found, marks[0], marks[-1])
    lines = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{plane.y(mark):.1f}" y2="{plane.y(mark):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{plane.y(mark) + 4:.1f}" text-anchor="end">{escape(plane.short(mark))}</text>'
        for mark in marks
    )
    rules = "".join(
        f'<line class="guide" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{plane.y(at):.1f}" y2="{plane.y(at):.1f}"/>'
        for at in found.thresholds
        if marks[0] <= at <= marks[-1]
    )
    return (
        f'<svg class="chart sweep" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt(found))}">'
        f"{plane.bands()}{lines}{rules}{plane.foot()}{plane.points()}{plane.now()}</svg>"
    )


class Plane:
    """Where values and scores stand on the picture."""

    def __init__(self, found: Sweep, low: float, high: float) -> None:
        self.found, self.low, self.high = found, low, high
        self.numeric = not isinstance(found.values[0], str)

    def x(self, place: int) -> float:
        """Of a value by its place."""
        width, values = WIDTH - LEFT - RIGHT, self.found.values
        if not self.numeric:
            return LEFT + width * (place + 0.5) / len(values)
        first, last = float(values[0]), float(values[-1])
        return LEFT + width * (float(values[place]) - first) / ((last - first) or 1)

    def y(self, score: float) -> float:
        """From the highest score down."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - score) / (self.high - self.low)

    def short(self, mark: float) -> str:
        """A round score."""
        if self.found.scale == "probability":
            return percent(mark)
        return short(mark, self.found.score_unit, max(abs(self.low), abs(self.high)))

    def edges(self, band: Band) -> tuple[float, float]:
        """Where a band begins and ends: halfway to the values beside it."""
        places = [self.found.values.index(end) for end in (band.first, band.last)]
        left, right = self.x(places[0]), self.x(places[1])
        ends = LEFT, WIDTH - RIGHT
        before = (self.x(places[0] - 1) + left) / 2 if places[0] else ends[0]
        after = (self.x(places[1] + 1) + right) / 2 if places[1] + 1 < len(self.found.values) else ends[1]
        return before, after

    def bands(self) -> str:
        """What is decided, behind the curve."""
        known = outcomes(self.found)
        shown = ""
        for band in self.found.bands:
            if band.outcome is not None and len(known) > 1:
                left, right = self.edges(band)
                shown += (
                    f'<rect class="tone-{known.index(band.outcome) % 6}" x="{left:.1f}" y="{TOP}" '
                    f'width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'
                )
        return shown

    def foot(self) -> str:
        """Some values along the foot, and the field's name."""
        values, count = self.found.values, len(self.found.values)
        places = sorted({0, count // 2, count - 1}) if self.numeric else range(count)
        room = 16 if self.numeric else max(3, 84 // count)
        anchors = ["start", "middle", "end"] if self.numeric else ["middle"] * count
        names = "".join(
            f'<text x="{self.x(place):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="{anchor}">'
            f"{escape(clipped(said(values[place]), room))}</text>"
            for place, anchor in zip(places, anchors, strict=False)
        )
        unit = f" ({self.found.unit})" if self.found.unit else ""
        middle = (LEFT + WIDTH - RIGHT) / 2
        name = f"{self.found.label}{unit}"
        return f'{names}<text x="{middle}" y="{HEIGHT - BOTTOM + 31}" text-anchor="middle">{escape(name)}</text>'

    def points(self) -> str:
        """The curve; a dot for each value where they are few or no numbers."""
        places = [(self.x(i), self.y(score)) for i, score in enumerate(self.found.scores)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dots = "".join(f'<circle class="own" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places)
        return (f'<polyline class="own" points="{line}"/>' if self.numeric else "") + (
            dots if not self.numeric or len(places) <= MARKED else ""
        )

    def now(self) -> str:
        """The value as it is."""
        if self.found.now is None:
            return ""
        place = self.found.values.index(self.found.now)
        x, y = self.x(place), self.y(self.found.scores[place])
        return (
            f'<line class="guide" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<circle class="now" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        )


def outcomes(found: Sweep) -> list[str]:
    """What is decided anywhere, each once, in the order of the values."""
    return list(dict.fromkeys(band.outcome for band in found.bands if band.outcome is not None))


def said(value: Any) -> str:
    """A value of the field."""
    return value if isinstance(value, str) else number(value)


def scored(found: Sweep, score: float) -> str:
    """A score in its unit."""
    return percent(score) if found.scale == "probability" else quantity(score, found.score_unit)


def stretch(found: Sweep, band: Band) -> str:
    """The values of a band."""
    ends = list(dict.fromkeys(said(end) for end in (band.first, band.last)))
    unit = f" {found.unit}" if found.unit else ""
    return f"{' to '.join(ends)}{unit}" if not isinstance(band.first, str) else " to ".join(ends)


def legend(found: Sweep) -> str:
    """Each outcome with the values that lead to it."""
    known = outcomes(found)
    if len(known) < 2:
        same = f"“{escape(clipped(known[0]))}” over the whole range." if known else ""
        return f'<p class="hint">{same}</p>' if same else ""
    rows = ""
    for place, outcome in enumerate(known):
        where = "; ".join(stretch(found, band) for band in found.bands if band.outcome == outcome)
        tone = f'<span class="key tone-{place % 6}"></span>'
        rows += f"<li>{tone}<span><b>{escape(clipped(outcome))}</b> {escape(clipped(where, 120))}</span></li>"
    return f'<ul class="outcomes">{rows}</ul>'


def alt(found: Sweep) -> str:
    """The figure in words."""
    low, high = min(found.scores), max(found.scores)
    ends = f"{said(found.values[0])} to {said(found.values[-1])}{f' {found.unit}' if found.unit else ''}"
    told = f"{found.output} over {found.label} from {ends}: {scored(found, low)} to {scored(found, high)}."
    if found.now is not None:
        told += f" Now {said(found.now)}: {scored(found, found.scores[found.values.index(found.now)])}."
    runs = [f"{band.outcome} at {stretch(found, band)}" for band in found.bands if band.outcome is not None]
    return told + (f" {'; '.join(runs[:8])}." if len(outcomes(found)) > 1 else "")


def table(found: Sweep) -> str:
    """A row for each value."""
    decided = any(outcome is not None for outcome in found.outcomes)
    rows: list[Sequence[str]] = [
        [said(value), scored(found, score), *([outcome or ""] if decided else [])]
        for value, score, outcome in zip(found.values, found.scores, found.outcomes, strict=True)
    ]
    return folded([escape(found.label), "Score", *(["Then"] if decided else [])], rows)
