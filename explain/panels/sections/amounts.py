"""How far amounts are off, and where: residuals by size of the estimate, and how they are spread."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from inference.study import curves, evaluation
from inference.study.curves import Residuals
from inference.units import quantity

from ...axes import Axes
from ...chart import short
from ...frame import folded
from .rows import opened, summary
from .section import Judged, Section, card, table


def shown(judged: Judged) -> str:
    """Both figures, and the rows that are furthest off."""
    if evaluation.suit(judged.task, judged.study) != "value":
        return ""
    results, held = judged.study.results, evaluation.held(judged.study)
    truth, said = (np.asarray(each, dtype=np.float64)[held] for each in (results.truth, results.answers.predicted))
    known = np.isfinite(truth) & np.isfinite(said)
    found, unit = curves.residuals(truth[known], said[known]), judged.task.demo.unit
    body = figures(found, unit) + worst(judged, (truth - said)[known], held[known])
    return card("Where is it off?", body, sentence(found, unit), "residuals")


def sentence(found: Residuals, unit: str | None) -> str:
    """Whether small and large estimates are off in one direction."""
    first, last = (direction(found.percentiles[i][2], unit) for i in (0, -1))
    return f"In the middle, the smallest estimates are {first}; the largest are {last}."


def direction(middle: float, unit: str | None) -> str:
    """What a typical residual means."""
    return "right" if middle == 0 else f"{escape(quantity(abs(middle), unit))} too {'low' if middle > 0 else 'high'}"


def figures(found: Residuals, unit: str | None) -> str:
    """Residuals by estimate as bands, and their histogram."""
    x = ends(found.predicted)
    low, high = min(row[0] for row in found.percentiles), max(row[4] for row in found.percentiles)
    largest = max(map(abs, (*x, low, high)))
    brief = lambda value: short(value, unit, largest)  # noqa: E731
    plane = Axes(x, ends((low, high, 0.0)), "estimate", "truth minus estimate", brief, brief)
    rows = list(zip(found.predicted, found.percentiles, strict=True))
    bands = "".join(
        plane.area([*((x, row[a]) for x, row in rows), *((x, row[b]) for x, row in reversed(rows))])
        for a, b in ((0, 4), (1, 3))
    )
    zero = plane.line([(x[0], 0), (x[1], 0)], "chance")
    by_size = plane.drawn(
        bands + zero + plane.line([(x, row[2]) for x, row in rows]), "Truth minus estimate, by the estimate"
    )
    spread = Axes((found.edges[0], found.edges[-1]), (0, max(found.counts)), "truth minus estimate", "rows", brief)
    bins = "".join(spread.box((found.edges[i], found.edges[i + 1]), (0, count)) for i, count in enumerate(found.counts))
    told = [[quantity(x, unit), *(quantity(each, unit) for each in row)] for x, row in rows]
    return (
        '<div class="charts"><figure><figcaption>By the size of the estimate: middle, half and nine tenths of rows'
        f"</figcaption>{by_size}</figure><figure><figcaption>How they are spread</figcaption>"
        f"{spread.drawn(bins, 'How many rows are off by how much')}</figure></div>"
        f"{folded(['Estimate', '5 %', '25 %', 'Middle', '75 %', '95 %'], told)}"
    )


def ends(values: tuple[float, ...]) -> tuple[float, float]:
    """What an axis spans."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def worst(judged: Judged, off: NDArray[np.float64], places: NDArray[np.intp]) -> str:
    """The rows furthest off, to open."""
    order = np.argsort(-np.abs(off), kind="stable")[:10]
    numbers, unit = judged.study.results.rows.index, judged.task.demo.unit
    rows = [
        (
            opened(judged, int(numbers[places[i]])),
            escape(quantity(float(off[i]), unit)),
            escape(summary(judged, int(places[i]))),
        )
        for i in order
    ]
    return (
        f"<h3>Furthest off</h3>{table(('Row', 'Truth minus estimate', 'Input'), rows, 'listing', 'Rows furthest off')}"
    )


SECTION = Section("amounts", shown)
