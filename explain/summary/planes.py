"""Dependence and partial dependence as pictures with two axes; of categories, as rows of dots."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from html import escape

from inference.units import quantity

from ..axes import Axes
from ..chart import short
from ..frame import folded
from ..wording import written
from .records import Dependence, Dot, Partial, Point
from .strips import KEY, shade, strips

Ends = tuple[float, float]
LISTED = 24
"""Rows of a table of points."""


def dependence(found: Dependence, unit: str | None) -> str:
    """The effect of a column by what stands in it. unit: of the effect."""
    largest = max((abs(point.value) for point in found.points), default=0)
    say = lambda value: short(value, unit, largest)  # noqa: E731
    alt = f"Effect of {found.label} by what stands in it; {trend(found, unit)}"
    if any(isinstance(point.at, str) for point in found.points):
        rows = [
            (name, [Dot(p.value, p.count, p.level) for p in some], mean(some)) for name, some in grouped(found.points)
        ]
        figure = strips(rows, say, alt, "effect")
    else:
        plane = Axes(ends([float(p.at) for p in found.points]), ends([0.0, *(p.value for p in found.points)]),
                     called(found.label, found.unit), "effect", "{:,.6g}".format, say)  # fmt: skip
        dots = "".join(plane.dot(float(p.at), p.value, radius(p.count), shade(p.level)) for p in found.points)
        figure = plane.drawn(plane.line([(plane.x[0], 0.0), (plane.x[1], 0.0)], "chance") + dots, alt)
    key = f'{KEY}<p class="hint">Shade: {escape(found.other)}</p>' if found.other else ""
    return f"<figure><figcaption>{escape(found.label)}</figcaption>{figure}{key}{points(found, unit)}</figure>"


def called(label: str, unit: str | None) -> str:
    """A column with its unit."""
    return f"{label}, {unit}" if unit else label


def ends(values: Sequence[float]) -> Ends:
    """From the lowest to the highest, apart in any case."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def radius(count: int) -> float:
    """Of a point, by how many rows it stands for."""
    return min(2.4 + 0.8 * (count**0.5 - 1), 7.0)


def grouped(found: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    """The points of each category, in their order."""
    by_name: dict[str, list[Point]] = defaultdict(list)
    for point in found:
        by_name[str(point.at)].append(point)
    return list(by_name.items())


def mean(found: Sequence[Point]) -> float:
    """The mean effect over all rows of some points."""
    return sum(point.value * point.count for point in found) / sum(point.count for point in found)


def trend(found: Dependence, unit: str | None) -> str:
    """The ends of a dependence in words: mean effects where the column is low and where it is high, or by category."""
    largest = max((abs(point.value) for point in found.points), default=0)
    if any(isinstance(point.at, str) for point in found.points):
        means = sorted(((mean(some), name) for name, some in grouped(found.points)), reverse=True)
        first, last = means[0], means[-1]
        up, down = (f"{name} ({written(value, unit, largest)})" for value, name in (first, last))
        return f"highest for {up}, lowest for {down}"
    ranked = sorted(found.points, key=lambda point: float(point.at))
    third = max(1, len(ranked) // 3)
    low, high = mean(ranked[:third]), mean(ranked[-third:])
    return f"{written(low, unit, largest)} on average where it is low, {written(high, unit, largest)} where it is high"


def points(found: Dependence, unit: str | None) -> str:
    """The mean effect of each category, or by stretches of a number, as a table."""
    largest = max((abs(point.value) for point in found.points), default=0)
    if any(isinstance(point.at, str) for point in found.points):
        rows = [
            [name, written(mean(some), unit, largest), f"{count_of(some):,}"] for name, some in grouped(found.points)
        ]
    else:
        ranked = sorted(found.points, key=lambda point: float(point.at))
        size = -(-len(ranked) // LISTED)
        runs = [ranked[start : start + size] for start in range(0, len(ranked), size)]
        rows = [
            [
                between(float(run[0].at), float(run[-1].at), found.unit),
                written(mean(run), unit, largest),
                f"{count_of(run):,}",
            ]
            for run in runs
        ]
    return folded([escape(found.label), "Mean effect", "Rows"], rows)


def between(low: float, high: float, unit: str | None) -> str:
    """A number, or a stretch of them."""
    return quantity(low, unit) if low == high else f"{quantity(low, unit)} to {quantity(high, unit)}"


def count_of(found: Sequence[Point]) -> int:
    """Rows behind some points."""
    return sum(point.count for point in found)


def partial(found: Partial, unit: str | None) -> str:
    """The mean score along the column over single rows' own curves, of the first output. unit: of the score."""
    means, values = found.means[0], [value for curve in found.curves for value in (*curve, *found.means[0])]
    largest = max(map(abs, values))
    say: Callable[[float], str] = lambda value: short(value, unit, largest)  # noqa: E731
    alt = (
        f"Mean answer with {found.label} set to one value after the other: from {written(min(means), unit, largest)} "
        f"to {written(max(means), unit, largest)}"
    )
    if any(isinstance(at, str) for at in found.grid):
        rows = [
            (str(at), [Dot(curve[i], 1) for curve in found.curves], means[i]) for i, at in enumerate(found.grid)
        ]  # fmt: skip
        figure = strips(rows, say, alt, "answer")
    else:
        grid = [float(at) for at in found.grid]
        plane = Axes(ends(grid), ends(values), called(found.label, found.unit), "answer", "{:,.6g}".format, say)
        curves = "".join(plane.line(list(zip(grid, curve, strict=True)), "ice") for curve in found.curves)
        figure = plane.drawn(curves + plane.line(list(zip(grid, means, strict=True))), alt)
    named: list[str] = [at if isinstance(at, str) else quantity(at, found.unit) for at in found.grid]
    cells = [[name, *(written(row[i], unit, largest) for row in found.means)] for i, name in enumerate(named)]
    head = [escape(found.label), *(escape(item) for item in found.items)]
    return f"<figure><figcaption>{escape(found.label)}</figcaption>{figure}{folded(head, cells)}</figure>"
