"""Pairs of features as arcs between their names, as an SVG. Colours are in assets/style/."""

from html import escape

from .interplay import Interplay
from .wording import clipped, side

WIDTH, ROW, STEM = 340, 30, 206
"""The width, the height of a name's row, and where the arcs begin, in units of about one CSS pixel."""
REACH = 110
"""How far the longest arc swings out."""
NAME = 26
"""Characters of a name that find room."""


def arcs(found: Interplay, shown: int) -> str:
    """The `shown` strongest pairs, numbered as in the list beside them; the names stand in the order of the input."""
    pairs = found.pairs[:shown]
    rows = {player: row for row, player in enumerate(sorted({player for pair in pairs for player in pair}))}
    names = "".join(
        f'<text x="{STEM - 12}" y="{middle(row) + 4}" text-anchor="end">{escape(shortened(found, player))}</text>'
        f'<circle class="stem" cx="{STEM}" cy="{middle(row)}" r="3.5"/>'
        for player, row in rows.items()
    )
    top, widest = abs(found.values[0]) or 1.0, max(len(rows) - 1, 1)
    drawn = "".join(
        arc(rows[first], rows[second], widest, value / top, number)
        for number, ((first, second), value) in enumerate(zip(pairs, found.values, strict=False), 1)
    )
    return (
        f'<svg class="arcs" viewBox="0 0 {WIDTH} {ROW * len(rows)}" role="img" aria-label="{escape(found.verdict)}">'
        f"{drawn}{names}</svg>"
    )


def arc(first: int, second: int, widest: int, share: float, number: int) -> str:
    """An arc from one row to another, as thick as its share of the strongest, with its number at its peak."""
    low, high = sorted((middle(first), middle(second)))
    out = 24 + (REACH - 24) * abs(second - first) / widest
    peak, centre = STEM + 0.75 * out, (low + high) / 2  # a cubic curve reaches three quarters of its handles
    bend = f"M{STEM} {low}C{STEM + out:.1f} {low} {STEM + out:.1f} {high} {STEM} {high}"
    return (
        f'<g class="{side(share)}"><path d="{bend}" stroke-width="{1.5 + 4 * abs(share):.1f}"/>'
        f'<circle cx="{peak:.1f}" cy="{centre:.1f}" r="9"/>'
        f'<text x="{peak:.1f}" y="{centre + 4:.1f}" text-anchor="middle">{number}</text></g>'
    )


def middle(row: int) -> int:
    """Where a row's middle stands."""
    return ROW * row + ROW // 2


def shortened(found: Interplay, player: int) -> str:
    """A name that finds room beside the arcs."""
    label = found.features[player].label
    return label if len(label) <= NAME else f"{clipped(label)[: NAME - 1].rstrip('… ')}…"
