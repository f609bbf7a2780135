"""The first page: one story told in a click, then the models to pick from, each with a picture and a sentence."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from ..demo import Demo, file
from ..models import ASSETS
from ..pictures import FORMATS, data_uri

KINDS = ("image", "text", "category", "number", "history", "scene")
"""What a model takes first, in the order of the tiles."""
TILE = (480, 300)
"""Pixels of a tile's picture, twice what the page shows."""


def tiles(demos: Mapping[str, Demo], folders: Mapping[str, Path]) -> str:
    """The models as links: page.js opens them in place, and each has an address of its own."""
    ordered = sorted(demos.items(), key=lambda entry: KINDS.index(entry[1].inputs[0].kind))
    each = "".join(tile(name, about, folders[name]) for name, about in ordered)
    return f'<nav class="tiles" aria-label="Models">{each}</nav>'


def tile(name: str, about: Demo, folder: Path) -> str:
    """One model."""
    return (
        f'<a class="tile" href="?model={quote(name)}" data-model="{escape(name)}">'
        f'<img src="{picture(folder, about)}" alt="" loading="lazy"><b>{escape(about.title)}</b>'
        f"<span>{escape(about.summary)}</span></a>"
    )


def picture(folder: Path, about: Demo) -> str:
    """A model's picture as a data URI: its own, or the one of its first field's kind."""
    own = file(folder, about, about.picture) if about.picture else None
    path = own if own and own.is_file() else ASSETS / "pictures" / f"{about.inputs[0].kind}.svg"
    if path.suffix == ".svg":  # as an image, so that no script in it can run
        return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"
    try:
        with Image.open(path, formats=FORMATS) as image:
            small = image.convert("RGB")
    except (OSError, ValueError):  # a picture that is none
        return picture(folder, replace(about, picture=None))
    small.thumbnail(TILE)
    return data_uri(small)


def heading(title: str) -> str:
    """The title of a chosen model, and the way back."""
    return f'<div class="heading"><a href="?" data-model="" class="back">All models</a><h2>{escape(title)}</h2></div>'
