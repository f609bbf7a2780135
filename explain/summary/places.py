"""Maps of where pictures decide an output, as pictures of their own with a table of their thirds."""

from html import escape

import numpy as np
from PIL import Image

from inference.pictures import data_uri

from ..frame import folded
from ..overlay import AGAINST, FOR
from ..wording import written
from .records import RegionMap

SIDE = 240
"""Pixels of a map's side."""
THIRDS = (
    "upper left",
    "upper middle",
    "upper right",
    "left",
    "centre",
    "right",
    "lower left",
    "lower middle",
    "lower right",
)


def place(found: RegionMap, unit: str | None) -> str:
    """One map: blue where regions speak for the output, orange where against it."""
    thirds = by_thirds(found)
    largest = max(map(abs, thirds.values()))
    most = max(thirds, key=lambda name: abs(thirds[name]))
    strongest = f"strongest in the {most}, {written(thirds[most], unit, largest)}"
    alt = f"Mean effect by place in {found.rows:,} pictures: {strongest}"
    rows = [[name, written(value, unit, largest)] for name, value in thirds.items()]
    counted = f"{found.rows:,} picture{'s' if found.rows != 1 else ''}"
    return (
        f"<figure><figcaption>{escape(found.label)}, {counted}</figcaption>"
        f'<img class="map" src="{data_uri(coloured(found), "PNG")}" alt="{escape(alt)}" width="{SIDE}" height="{SIDE}">'
        f"{folded(['Part of the picture', 'Effect'], rows)}</figure>"
    )


def by_thirds(found: RegionMap) -> dict[str, float]:
    """What each ninth of the picture adds to the score; together they are the mean of score − base."""
    cells = np.array(found.cells)
    blocks = [block for band in np.array_split(cells, 3) for block in np.array_split(band, 3, axis=1)]
    return {name: float(block.sum() / cells.size) for name, block in zip(THIRDS, blocks, strict=True)}


def coloured(found: RegionMap) -> Image.Image:
    """The cells as RGBA, as opaque as they are strong."""
    cells = np.array(found.cells)
    share = cells / (np.abs(cells).max() or 1)
    colours = np.where(share[..., None] >= 0, FOR, AGAINST).astype(np.uint8)
    opaque = np.rint(255 * np.abs(share)).astype(np.uint8)
    small = Image.fromarray(np.concatenate([colours, opaque[..., None]], axis=-1))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
