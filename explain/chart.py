"""A Curve of scores as an SVG, beside what random orders do. Colours and strokes are in assets/style/."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from inference.course import ticks

from .faithfulness import Curve
from .wording import written

WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 10, 36
"""The picture and its margins, in its own units, about one CSS pixel each."""


@dataclass(frozen=True)
class Plane:
    """Where a number of players and a score stand on the picture."""

    players: int
    low: float
    high: float

    def x(self, count: float) -> float:
        """From left to right."""
        return LEFT + (WIDTH - LEFT - RIGHT) * count / self.players

    def y(self, score: float) -> float:
        """From the highest score down."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - score) / (self.high - self.low)

    def line(self, scores: Iterable[float]) -> str:
        """The points of a curve."""
        return " ".join(f"{self.x(count):.1f},{self.y(score):.1f}" for count, score in enumerate(scores))


def chart(curve: Curve, top: int, unit: str | None, under: str, alt: str) -> str:
    """A curve over the mean of random orders in the band from their lowest to their highest, marked at `top` players.

    under: what the horizontal axis counts. alt: the picture in words.
    """
    marks = ticks(min(*curve.low, *curve.scores), max(*curve.high, *curve.scores))
    plane = Plane(len(curve.scores) - 1, marks[0], marks[-1])
    band = f"{plane.line(curve.high)} {' '.join(reversed(plane.line(curve.low).split()))}"
    dots = "".join(
        f'<circle class="{name}" cx="{plane.x(top):.1f}" cy="{plane.y(scores[top]):.1f}" r="4.5"/>'
        for name, scores in (("chance", curve.random), ("own", curve.scores))
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"{grid(plane, marks, unit)}{counts(plane, top, under)}"
        f'<polygon class="band" points="{band}"/><polyline class="chance" points="{plane.line(curve.random)}"/>'
        f'<polyline class="own" points="{plane.line(curve.scores)}"/>{dots if top else ""}</svg>'
    )


def grid(plane: Plane, marks: Sequence[float], unit: str | None) -> str:
    """A line and a number for each of some scores."""
    largest = max(map(abs, marks))
    edge = LEFT - 6
    return "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{plane.y(mark):.1f}" y2="{plane.y(mark):.1f}"/>'
        f'<text x="{edge}" y="{plane.y(mark) + 4:.1f}" text-anchor="end">{escape(short(mark, unit, largest))}</text>'
        for mark in marks
    )


def counts(plane: Plane, top: int, under: str) -> str:
    """Numbers of players along the foot: none, all, and `top` where it is apart from both."""
    shown = {0, plane.players} | ({top} if 0 < top < 0.85 * plane.players else set())
    foot = HEIGHT - BOTTOM
    numbers = "".join(
        f'<text x="{plane.x(count):.1f}" y="{foot + 15}" text-anchor="middle">{count}</text>' for count in sorted(shown)
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    guide = (
        f'<line class="guide" x1="{plane.x(top):.1f}" x2="{plane.x(top):.1f}" y1="{TOP}" y2="{foot}"/>' if top else ""
    )
    return f'{guide}{numbers}<text x="{middle}" y="{foot + 30}" text-anchor="middle">{escape(under)}</text>'


def short(mark: float, unit: str | None, largest: float) -> str:
    """A round number as short as it can be: `0.2`, `$150k`."""
    if largest >= 10_000:
        return written(mark / 1_000, unit if unit in ("$", "€", "£") else None, 999) + ("k" if mark else "")
    return f"{mark:g}".replace("-", "−")
