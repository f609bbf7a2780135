"""Curves over two axes of numbers as an SVG. Colours are in assets/style/; threshold.js moves the marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from inference.course import ticks

WIDTH, HEIGHT = 340, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 42
"""The picture and its margins, in its own units, about one CSS pixel each."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axes:
    """What the picture spans, and what its axes are called. written: how a number stands at an axis."""

    x: tuple[float, float]
    y: tuple[float, float]
    across: str
    up: str
    written: Callable[[float], str] = "{:g}".format
    written_up: Callable[[float], str] = "{:g}".format

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point stands on the picture."""
        (x0, x1), (y0, y1) = self.x, self.y
        width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return LEFT + width * (x - x0) / (x1 - x0), TOP + height * (y1 - y) / (y1 - y0)

    def line(self, points: Points, kind: str = "own") -> str:
        """A curve through some points."""
        drawn = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in points)
        return f'<polyline class="{kind}" points="{drawn}"/>'

    def area(self, points: Points, kind: str = "band") -> str:
        """What some points enclose."""
        drawn = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in points)
        return f'<polygon class="{kind}" points="{drawn}"/>'

    def dot(self, x: float, y: float, radius: float = 4, kind: str = "own") -> str:
        """A point."""
        left, top = self.at(x, y)
        return f'<circle class="{kind}" cx="{left:.1f}" cy="{top:.1f}" r="{radius}"/>'

    def bar(self, x: float, low: float, high: float, kind: str = "whisker") -> str:
        """A line upright at x."""
        left, bottom = self.at(x, low)
        return (
            f'<line class="{kind}" x1="{left:.1f}" x2="{left:.1f}" y1="{bottom:.1f}" y2="{self.at(x, high)[1]:.1f}"/>'
        )

    def box(self, x: tuple[float, float], y: tuple[float, float], kind: str = "bin") -> str:
        """A rectangle."""
        (left, top), (right, bottom) = self.at(x[0], y[1]), self.at(x[1], y[0])
        size = f'width="{max(0.5, right - left - 1):.1f}" height="{max(0, bottom - top):.1f}"'
        return f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" {size}/>'

    def drawn(self, content: str, alt: str, curve: str = "") -> str:
        """The picture. alt: it in words; curve: what threshold.js moves the mark along."""
        moved = (
            f' data-curve="{curve}" data-x="{self.x[0]},{self.x[1]}" data-y="{self.y[0]},{self.y[1]}"' if curve else ""
        )
        frame = f' data-frame="{LEFT},{TOP},{WIDTH - RIGHT},{HEIGHT - BOTTOM}"' if curve else ""
        mark = '<circle class="at" r="6" cx="-20" cy="-20"/>' if curve else ""
        return (
            f'<svg class="chart axes" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}"'
            f"{moved}{frame}>"
            f"{self.grid()}{content}{mark}</svg>"
        )

    def grid(self) -> str:
        """Lines and numbers for some round values of both axes, and what the axes are called."""
        foot, edge = HEIGHT - BOTTOM, LEFT - 6
        parts = []
        for value in within(self.y):
            top = self.at(self.x[0], value)[1]
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{top:.1f}" y2="{top:.1f}"/>')
            parts.append(
                f'<text x="{edge}" y="{top + 4:.1f}" text-anchor="end">{escape(self.written_up(value))}</text>'
            )
        for value in within(self.x):
            left = self.at(value, self.y[0])[0]
            anchor = "end" if left > WIDTH - RIGHT - 12 else "middle"
            parts.append(
                f'<text x="{left:.1f}" y="{foot + 16}" text-anchor="{anchor}">{escape(self.written(value))}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(f'<text x="{middle}" y="{foot + 34}" text-anchor="middle">{escape(self.across)}</text>')
        return "".join(parts)


def within(ends: tuple[float, float]) -> list[float]:
    """Round values that lie between two ends."""
    low, high = ends
    slack = (high - low) * 1e-9
    return [value for value in ticks(low, high) if low - slack <= value <= high + slack]
