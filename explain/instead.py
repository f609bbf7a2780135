"""Changes that flip a decision, as HTML: the old beside the new, with what changed marked.

Colours are in assets/style/. Alt texts say the same in words. Every text of a visitor is escaped.
"""

import base64
import io
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
from PIL import Image

from inference.pictures import data_uri
from inference.types import Raw
from inference.units import listed

from .changes import Change, Counterfactual, clipped
from .players.image import blurred
from .shading import WHO


def draw(found: Counterfactual, raw: Raw, now: str) -> str:
    """One counterfactual of an input: what is decided now and then, and each field that changes, old beside new.

    now: what is decided about the input as it is.
    """
    names = list(dict.fromkeys(change.field for change in found.changes))
    tables = [name for name in names if figure_of(changes_in(found, name)) is None]
    figures = [drawn(found, name, raw) for name in names if name not in tables]
    columns = [change for change in found.changes if change.field in tables]
    real = f" <small>as reference row {found.row}</small>" if found.row else ""
    told = f'<p class="outcome"><s>{escape(clipped(now))}</s> <b>{escape(clipped(found.outcome))}</b>{real}</p>'
    body = "".join([*figures, table(columns) if columns else ""])
    return f'<div class="instead" role="group" aria-label="{escape(alt(found, now))}">{told}{body}</div>'


def alt(found: Counterfactual, now: str) -> str:
    """The same in words."""
    each = listed([words_of(change) for change in found.changes])
    who = f"Reference row {found.row} is decided otherwise" if found.row else "It would be decided otherwise"
    return f"{who}, {clipped(found.outcome)} instead of {clipped(now)}, with {each}."


def words_of(change: Change) -> str:
    """One change in words: `Living area 998 ft² instead of 1,040 ft²`, `“horrible” left out`, of a word that gives way
    to another both, for no sentence is claimed."""
    if change.gone:
        return f"“{change.label}” {change.after}"
    if "chars" in (change.where or {}):
        return f"“{change.before}” struck for “{change.after}”"
    return f"{f'{change.label} ' if change.before != change.label else ''}{change.after} instead of {change.before}"


def changes_in(found: Counterfactual, name: str) -> list[Change]:
    """The changes of one field."""
    return [change for change in found.changes if change.field == name]


def figure_of(changes: Sequence[Change]) -> Callable[[Counterfactual, str, Raw], str] | None:
    """What draws changes by their place; None for those that a table shows."""
    where = changes[0].where or {}
    return next((figure for key, figure in FIGURES.items() if key in where), None)


def drawn(found: Counterfactual, name: str, raw: Raw) -> str:
    """One field with its changes marked."""
    figure = figure_of(changes_in(found, name))
    assert figure is not None  # asked for only where there is one
    return figure(found, name, raw)


def table(changes: Sequence[Change]) -> str:
    """A row a change: what it is about, before, after."""
    rows = "".join(
        f'<tr><th scope="row">{escape(change.label)}</th><td><del>{escape(change.before)}</del></td>'
        f"<td><ins>{escape(change.after)}</ins></td></tr>"
        for change in changes
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("What", "Now", "Instead"))
    return f'<table class="changes"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def text(found: Counterfactual, name: str, raw: Raw) -> str:
    """A text with words struck and inserted."""
    own = changes_in(found, name)
    return f'<p class="words" dir="auto">{marked(raw[name], own)}</p>{unread(own)}'


def talk(found: Counterfactual, name: str, raw: Raw) -> str:
    """A conversation, likewise."""
    shown = []
    for place, message in enumerate(raw[name]):
        own = [change for change in changes_in(found, name) if (change.where or {})["message"] == place]
        said = marked(message.text, own)
        shown.append(f'<li class="{message.role}"><small>{WHO[message.role]}</small><p dir="auto">{said}</p></li>')
    return f'<ol class="words talk">{"".join(shown)}</ol>{unread(changes_in(found, name))}'


def unread(changes: Sequence[Change]) -> str:
    """What a text with words inserted is not."""
    inserted = any(not change.gone for change in changes)
    return f'<p class="hint">{INSERTED}</p>' if inserted else ""


INSERTED = "Single words, struck and inserted as the model was asked; the grammar of the text may no longer fit."


def marked(text: str, changes: Sequence[Change]) -> str:
    """A text with each change where it stands."""
    parts, end = [], 0
    for change in sorted(changes, key=lambda change: (change.where or {})["chars"]):
        start, stop = (change.where or {})["chars"]
        parts.append(escape(text[end:start]) + f"<del>{escape(text[start:stop])}</del>")
        parts.append("" if change.gone else f" <ins>{escape(change.after)}</ins>")
        end = stop
    return "".join(parts) + escape(text[end:])


def picture(found: Counterfactual, name: str, raw: Raw) -> str:
    """The picture as it is, and with the regions brushed away, as the model would have got it."""
    photo, changes = raw[name].copy(), changes_in(found, name)
    photo.thumbnail((512, 512))
    told = f"The picture with {listed([change.label for change in changes])} brushed away"
    both = [("The picture as it is", photo), (told, brushed(photo, found, changes))]
    shown = "".join(f'<img src="{data_uri(each)}" alt="{escape(words)}">' for words, each in both)
    return f'<figure class="brushed">{shown}<figcaption>{escape(told)}</figcaption></figure>'


def brushed(photo: Image.Image, found: Counterfactual, changes: Sequence[Change]) -> Image.Image:
    """A picture with some of its regions under the cover that hides them in an explanation."""
    assert found.label_map is not None  # regions have a map
    _, _, body = found.label_map.png.partition(",")
    labels = np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))
    gone = np.isin(labels, [(change.where or {})["region"] for change in changes])
    mask = Image.fromarray((gone * 255).astype(np.uint8)).resize(photo.size, Image.Resampling.NEAREST)
    small = photo.copy()
    small.thumbnail((256, 256))
    return Image.composite(blurred(small).resize(photo.size), photo, mask)


FIGURES: dict[str, Callable[[Counterfactual, str, Raw], str]] = {"message": talk, "chars": text, "region": picture}
"""How changes are drawn in their input, by what their `where` says first; all others are rows of a table."""
