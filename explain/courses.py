"""Faithfulness as a figure: the courses of the score as parts are hidden and shown, beside random orders."""

from html import escape

from .chart import chart
from .faithfulness import Faithfulness
from .frame import effort, folded, mark
from .wording import clipped, parts_of, written


def faithfulness(found: Faithfulness) -> str:
    """Two curves beside random orders: one of hiding, one of showing."""
    parts = parts_of(found.order)
    largest = max(map(abs, (*found.hiding.scores, *found.keeping.scores)))
    area, chance = (
        escape(written(each, found.unit, largest)) for each in (found.hiding.area, found.hiding.random_area)
    )
    faster = f"{found.hiding.ahead or 'None'} of {found.orders} random orders moved the score faster."
    charts = "".join(
        f"<figure><figcaption>{parts.capitalize()} {done} one by one</figcaption>"
        f"{chart(curve, found.top, found.unit, f'{parts} {done}', f'Score by the number of {parts} {done}')}</figure>"
        for curve, done in ((found.hiding, "hidden"), (found.keeping, "shown"))
    )
    return (
        f"{mark(found.holds, faster)}"
        f'<div class="legend keys"><span class="own">What speaks {"against" if found.against else "for"} it most first'
        f'</span><span class="chance">{found.orders} random orders: mean, lowest to highest</span></div>'
        f'<div class="charts">{charts}</div><p class="hint">In the mean of its whole course, hiding moves the score by '
        f"{area} in this order, by {chance} in a random one (AOPC). {effort(found)}</p>{points(found, largest)}"
    )


def points(found: Faithfulness, largest: float) -> str:
    """The curves as a table: a row for each part, at its place in the order."""
    columns = (found.hiding.scores, found.hiding.random, found.keeping.scores, found.keeping.random)
    names = ["–", *(clipped(feature.label) for feature in found.order)]
    rows = [
        [f"{i} · {name}", *(written(column[i], found.unit, largest) for column in columns)]
        for i, name in enumerate(names)
    ]
    return folded(["Up to", "Hidden", "at random", "Shown", "at random"], rows)
