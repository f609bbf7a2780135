"""Error curves as one SVG: a panel for each case, a line for each estimator, both axes logarithmic. Knows no model.

White ground and dark lines, so that it can be read on a dark page too; lines differ by dashes as well as by colour.
"""

import math
from collections.abc import Mapping
from html import escape

from contenders import KERNEL, OURS, PARTITION, PERMUTATION
from crossing import Curve

STYLES = {
    OURS: ("#0b57d0", "", 3),
    PERMUTATION: ("#b3261e", "6 3", 2),
    KERNEL: ("#146c2e", "2 3", 2),
    PARTITION: ("#6b4ea0", "10 3 2 3", 2),
}
"""By estimator: colour, dashes, width."""
WIDTH, HEIGHT, COLUMNS = 300, 220, 3
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 30, 36
LOWEST, HIGHEST = 0.003, 1.0
TICKS = (0.01, 0.03, 0.1, 0.3, 1.0)


def draw(panels: Mapping[str, Mapping[str, Curve]]) -> str:
    """The whole figure, by case and estimator."""
    rows = math.ceil(len(panels) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 34
    parts = [
        f'<g transform="translate({i % COLUMNS * WIDTH} {i // COLUMNS * HEIGHT})">{panel(case, curves)}</g>'
        for i, (case, curves) in enumerate(panels.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="sans-serif" font-size="12" fill="#1f1f1f"><title>{described(panels)}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}{legend(height - 14)}</svg>\n'
    )


def described(panels: Mapping[str, Mapping[str, Curve]]) -> str:
    """For those who cannot see it."""
    return escape(f"Relative error by evaluations, for {'; '.join(panels)}.")


def panel(case: str, curves: Mapping[str, Curve]) -> str:
    """One case: title, axes, lines."""
    most = max(x for curve in curves.values() for x, _ in curve)
    least = min(x for curve in curves.values() for x, _ in curve)
    horizontal = [tick for tick in (20, 50, 100, 200, 500, 1000, 2000) if least <= tick <= most]
    grid = [line(LEFT, y(e), WIDTH - RIGHT, y(e)) + text(LEFT - 6, y(e) + 4, f"{e:g}", "end") for e in TICKS]
    below = HEIGHT - BOTTOM
    marks = [
        line(x(t, least, most), TOP, x(t, least, most), below) + text(x(t, least, most), below + 15, str(t))
        for t in horizontal
    ]
    lines = [polyline(by, [(x(a, least, most), y(e)) for a, e in curve]) for by, curve in curves.items()]
    middle = (LEFT + WIDTH - RIGHT) / 2
    labels = text(LEFT, 18, case, "start", "bold") + text(middle, HEIGHT - 6, "evaluations")
    return "".join([*grid, *marks, labels, *lines])


def x(evaluations: float, least: float, most: float) -> float:
    """Where on the horizontal axis."""
    share = math.log(evaluations / least) / max(math.log(most / least), 1e-9)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def y(error: float) -> float:
    """Where on the vertical axis; what is outside is drawn at its end."""
    share = math.log(HIGHEST / min(max(error, LOWEST), HIGHEST)) / math.log(HIGHEST / LOWEST)
    return TOP + share * (HEIGHT - TOP - BOTTOM)


def polyline(by: str, points: list[tuple[float, float]]) -> str:
    """A line and its points."""
    colour, dashes, width = STYLES[by]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-dasharray="{dashes or "none"}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line of the grid."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def text(x: float, y: float, said: str, anchor: str = "middle", weight: str = "normal") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(said)}</text>'


def legend(height: float) -> str:
    """Which line is whose."""
    parts = []
    for i, by in enumerate(STYLES):
        left = LEFT + i * 190
        parts.append(polyline(by, [(left, height - 4), (left + 36, height - 4)]) + text(left + 44, height, by, "start"))
    return "".join(parts)
