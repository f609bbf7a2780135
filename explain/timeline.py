"""A series as a chart, each step behind its line coloured by what it did; below, each column's steps as a row of cells.

Colours are in assets/style/.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from inference.course import LEFT, RIGHT, WIDTH, Course, course
from inference.series import Series
from inference.types import Raw

from .picked import pick
from .types import Explanation, Feature
from .wording import side, signed

ROW, GAP = 12, 17
"""Heights of a row of cells and of the names above it, in the chart's units."""
TOLD = 14
"""Steps whose sums are read out, at most."""


def timelines(explanation: Explanation, raw: Raw, alt: str) -> str:
    """Each series whose steps are explained, as a figure of its own."""
    names = dict.fromkeys(f.field for f in explanation.features if f.where and "steps" in f.where)
    return "".join(timeline(explanation, name, raw[name], alt) for name in names)


def timeline(explanation: Explanation, name: str, series: Series, alt: str) -> str:
    """The chart of the first column with its forecast, over the cells of all columns."""
    features = [f for f in explanation.features if f.field == name and f.where and "steps" in f.where]
    shares = shared(explanation, features, series)
    steps = shares.sum(1)
    drawn = Course(series, float(explanation.score), explanation.unit)  # type: ignore[arg-type]  # of one output
    bands = "".join(
        band(drawn, step, value, np.abs(steps).max(), f"{series.name_of(step)}: {signed(value, explanation)}")
        for step, value in enumerate(steps.tolist())
    )
    many = len(series.columns) > 1
    rows = cells(drawn, explanation, series, shares, features) if many else ""
    over = "" if many else "".join(part(drawn, f, drawn.top, drawn.bottom - drawn.top) for f in features)
    told = ", ".join(f"{series.name_of(i)} {signed(value, explanation)}" for i, value in enumerate(steps.tolist()))
    whole = f"{alt} All columns together: {told}." if rows and len(series) <= TOLD else alt
    return f'<figure class="series-values">{course(drawn, whole, bands, over)}{rows}</figure>'


def shared(explanation: Explanation, features: Sequence[Feature], series: Series) -> NDArray[np.float64]:
    """The value of each cell, float64[steps, columns]; a run's is shared evenly among its steps."""
    values = dict(zip((f.id for f in explanation.features), explanation.values, strict=True))
    found = np.zeros((len(series), len(series.columns)))
    for feature in features:
        where = feature.where or {}
        first, end = where["steps"]
        found[first:end, series.columns.index(where["column"])] = values[feature.id] / (end - first)
    return found


def band(drawn: Course, step: int, value: float, largest: float, title: str) -> str:
    """What stands behind one step of the line."""
    left, right = drawn.edges(step)
    share = abs(value) / (largest or 1)
    return (
        f'<rect class="{side(value)}" style="--strength:{share:.2f}" x="{left:.1f}" width="{right - left:.1f}" '
        f'y="{drawn.top}" height="{drawn.bottom - drawn.top}"><title>{escape(title)}</title></rect>'
    )


def part(drawn: Course, feature: Feature, top: float, height: float) -> str:
    """What a click takes: the steps of a feature, over all that is drawn there."""
    first, end = (feature.where or {})["steps"]
    left, right = drawn.edges(first)[0], drawn.edges(end - 1)[1]
    return (
        f'<rect class="part"{pick(feature)} x="{left:.1f}" width="{right - left:.1f}" y="{top}" height="{height}">'
        f"<title>{escape(feature.label)}</title></rect>"
    )


def cells(
    drawn: Course,
    explanation: Explanation,
    series: Series,
    shares: NDArray[np.float64],
    features: Sequence[Feature],
) -> str:
    """A row for each column: its name and what it did in all, and its steps as cells under those of the chart."""
    largest = float(np.abs(shares).max()) or 1
    labels = series.titles or series.columns
    rows = ""
    for i, (label, column) in enumerate(zip(labels, shares.T, strict=True)):
        top = i * (ROW + GAP) + GAP
        told = f'<text x="{LEFT}" y="{top - 4}">{escape(label)}</text>'
        total = signed(float(column.sum()), explanation)
        told += f'<text class="total" x="{WIDTH - RIGHT}" y="{top - 4}" text-anchor="end">{total}</text>'
        for step, value in enumerate(column.tolist()):
            left, right = drawn.edges(step)
            told += (
                f'<rect class="{side(value)}" style="--strength:{abs(value) / largest:.2f}" x="{left + 0.5:.1f}" '
                f'width="{max(right - left - 1, 0.5):.1f}" y="{top}" height="{ROW}" rx="2">'
                f"<title>{escape(series.name_of(step))}: {signed(value, explanation)}</title></rect>"
            )
        own = [f for f in features if (f.where or {})["column"] == series.columns[i]]
        rows += told + "".join(part(drawn, f, top, ROW) for f in own)
    height = len(labels) * (ROW + GAP) + 4
    alt = "; ".join(
        f"{label} {signed(float(column.sum()), explanation)}" for label, column in zip(labels, shares.T, strict=True)
    )
    return f'<svg class="course" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(alt)}">{rows}</svg>'
