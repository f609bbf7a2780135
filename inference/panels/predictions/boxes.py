"""Labelled boxes, drawn on the picture and listed beside it."""

from html import escape

from PIL import Image

from ...pictures import data_uri
from ...types import Item
from ...units import percent
from .parts import Shown, asking, folded, headline

SIDE = 640
"""Pixels of the picture's longer side as it is shown."""


def boxes(shown: Shown) -> str:
    """The picture with its boxes, each numbered as in the list; each can be asked about."""
    items = shown.prediction.items
    picture = next((value for value in shown.raw.values() if isinstance(value, Image.Image)), None)
    drawn = figure(picture, items) if picture else ""
    if not items:
        return headline("Nothing found", "in this picture") + drawn
    rows = [
        f'<li>{asking({"item": item.id})}<span class="name">{escape(item.name)}</span>'
        f'<span class="number">{percent(item.score)}</span></button></li>'
        for item in items
    ]
    first, sure = items[0].name, percent(items[0].score)
    said = headline(f"{len(items)} boxes", f"the surest: {first}, {sure}") if items[1:] else headline(first, sure)
    return said + drawn + folded("ol", "ranking", rows)


def figure(picture: Image.Image, items: tuple[Item, ...]) -> str:
    """The picture, and over it an SVG in the pixels that boxes are given in."""
    width, height = picture.info.get("size", picture.size)
    small = picture.copy()
    small.thumbnail((SIDE, SIDE))
    outlines = "".join(outline(item, i + 1, (width, height)) for i, item in reversed([*enumerate(items)]))
    return (
        f'<figure class="boxes"><img src="{data_uri(small)}" alt="Your picture">'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{outlines}</svg></figure>'
    )


def outline(item: Item, number: int, size: tuple[int, int]) -> str:
    """A box as far as it lies in the picture, with its number in its upper left corner."""
    ends = item.box or (0, 0, 0, 0)
    x0, y0, x1, y1 = (min(max(end, 0), limit) for end, limit in zip(ends, (*size, *size), strict=True))
    unit = max(size) / 28
    return (
        f'<g><rect x="{x0:.0f}" y="{y0:.0f}" width="{x1 - x0:.0f}" height="{y1 - y0:.0f}"/>'
        f'<rect class="tag" x="{x0:.0f}" y="{y0:.0f}" width="{unit:.0f}" height="{unit:.0f}"/>'
        f'<text x="{x0 + unit / 2:.0f}" y="{y0 + unit / 2:.0f}" font-size="{0.7 * unit:.0f}">{number}</text></g>'
    )
