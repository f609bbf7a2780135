"""A series and what comes next as a chart: an SVG of lines and dots. Colours and strokes are in assets/style/."""

import math
from dataclasses import dataclass
from html import escape

from .series import Series
from .units import quantity

WIDTH, HEIGHT = 440, 180
LEFT, RIGHT, TOP, BOTTOM = 50, 6, 10, 22
"""The picture and its margins, in its own units; letters are larger in them where the screen is narrow."""


@dataclass(frozen=True)
class Course:
    """The first column of a series, the forecast of its next step, and the interval around that where there is one."""

    series: Series
    forecast: float
    unit: str | None = None
    interval: tuple[float, float] | None = None

    top, bottom = TOP, HEIGHT - BOTTOM

    @property
    def values(self) -> list[float]:
        """The first column."""
        return [row[0] for row in self.series.values]

    @property
    def marks(self) -> list[float]:
        """Round numbers of the vertical axis, from at most the lowest to at least the highest of all."""
        every = [*self.values, self.forecast, *(self.interval or ())]
        return ticks(min(every), max(every))

    def edges(self, step: int) -> tuple[float, float]:
        """From where to where a step reaches; the one to come has the number of steps."""
        width = (WIDTH - LEFT - RIGHT) / (len(self.series) + 1)
        return LEFT + step * width, LEFT + (step + 1) * width

    def x(self, step: int) -> float:
        """The middle of a step."""
        return sum(self.edges(step)) / 2

    def y(self, value: float) -> float:
        """From the highest value down."""
        low, high = self.marks[0], self.marks[-1]
        return self.top + (self.bottom - self.top) * (high - value) / (high - low)


def course(drawn: Course, alt: str, behind: str = "", over: str = "") -> str:
    """The chart. alt: the picture in words; behind: what stands behind the line; over: what lies over all."""
    count, values = len(drawn.series), drawn.values
    line = " ".join(f"{drawn.x(i):.1f},{drawn.y(value):.1f}" for i, value in enumerate(values))
    dots = "".join(f'<circle cx="{drawn.x(i):.1f}" cy="{drawn.y(v):.1f}" r="2.5"/>' for i, v in enumerate(values))
    here, there = drawn.x(count - 1), drawn.x(count)
    ends = f'x1="{here:.1f}" y1="{drawn.y(values[-1]):.1f}" x2="{there:.1f}" y2="{drawn.y(drawn.forecast):.1f}"'
    return (
        f'<svg class="course" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">{behind}'
        f'{grid(drawn)}{feet(drawn)}{reach(drawn)}<polyline points="{line}"/>{dots if count <= 31 else ""}'
        f'<line class="next" {ends}/><circle class="next" cx="{there:.1f}" cy="{drawn.y(drawn.forecast):.1f}" r="4"/>'
        f"{over}</svg>"
    )


def grid(drawn: Course) -> str:
    """A line and a number for each of some values."""
    return "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{drawn.y(mark):.1f}" y2="{drawn.y(mark):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{drawn.y(mark) + 4:.1f}" text-anchor="end">{mark:,.6g}</text>'
        for mark in drawn.marks
    )


def feet(drawn: Course) -> str:
    """The names of the first and the last step, and of the one to come, under the chart."""
    count, series = len(drawn.series), drawn.series
    first, last = (series.days[0], series.days[-1]) if series.days else (f"{count} steps", "the last")
    foot = HEIGHT - 5
    return (
        f'<text x="{drawn.edges(0)[0]:.1f}" y="{foot}">{escape(first[:24])}</text>'
        f'<text x="{drawn.edges(count - 1)[1]:.1f}" y="{foot}" text-anchor="end">{escape(last[:24])}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{foot}" text-anchor="end">{"next" if count < 20 else ""}</text>'
    )


def reach(drawn: Course) -> str:
    """The interval, as a bar with its ends."""
    if drawn.interval is None:
        return ""
    low, high = (drawn.y(end) for end in drawn.interval)
    at = drawn.x(len(drawn.series))
    return f'<rect class="reach" x="{at - 4:.1f}" width="8" y="{high:.1f}" height="{max(low - high, 1):.1f}" rx="3"/>'


def words(drawn: Course) -> str:
    """The chart in a sentence."""
    values, unit = drawn.values, drawn.unit
    ends = f", from {quantity(min(values), unit)} to {quantity(max(values), unit)}, last {quantity(values[-1], unit)}"
    told = f"{len(values)} steps{ends}; next {quantity(drawn.forecast, unit)}"
    return told if drawn.interval is None else f"{told}, {' to '.join(quantity(e, unit) for e in drawn.interval)}"


def ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers that reach from at most `low` to at least `high`, a step of 1, 2 or 5 apart."""
    span = (high - low) or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(span / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [count * step for count in range(first, max(last, first + 1) + 1)]
