"""The first page: one story told in a click, then the models to pick from, each with a picture and a sentence."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from PIL import Image

from ..demo import Demo, file
from ..models import ASSETS
from ..pictures import FORMATS, data_uri

GROUPS = {
    "image": "Pictures and sound",
    "audio": "Pictures and sound",
    "text": "Texts",
    "messages": "Texts",
    "category": "Tables",
    "number": "Tables",
    "history": "Choices, series and roads",
    "labels": "Texts",
    "series": "Choices, series and roads",
    "scene": "Choices, series and roads",
}
"""Under which heading a model stands, by the kind of field that it takes first, in the order of the page."""
TILE = (480, 300)
"""Pixels of a tile's picture, twice what the page shows."""


def tiles(demos: Mapping[str, Demo], folders: Mapping[str, Path]) -> str:
    """The models as links: page.js opens them in place, and each has an address of its own."""
    grouped: dict[str, list[str]] = {title: [] for title in GROUPS.values()}
    for name, about in demos.items():
        grouped[GROUPS[about.inputs[0].kind]].append(tile(name, about, folders[name]))
    filled = {title: links for title, links in grouped.items() if links}
    sections = (
        f'<h2>{title if len(filled) > 1 else ""}</h2><div class="tiles">{"".join(links)}</div>'
        for title, links in filled.items()
    )
    return f'<nav class="models" aria-label="Models">{"".join(sections)}</nav>'


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


def heading(title: str, name: str = "", views: Mapping[str, str] = MappingProxyType({}), chosen: str = "") -> str:
    """The title of a chosen model, the way back, and the model's views by what each is called in its address."""
    links = "".join(link(f"{name}#{view}" if view else name, said, view == chosen) for view, said in views.items())
    nav = f'<nav class="views" aria-label="Views">{links}</nav>' if links else ""
    back = '<a href="?" data-model="" class="back">All models</a>'
    return f'<div class="heading">{back}<h2>{escape(title)}</h2>{nav}</div>'


def link(address: str, said: str, chosen: bool) -> str:
    """A view of a model, by its address `NAME#view`."""
    name, mark, view = address.partition("#")
    current = ' aria-current="page"' if chosen else ""
    return f'<a href="?model={quote(name)}{mark}{view}" data-model="{escape(address)}"{current}>{escape(said)}</a>'
