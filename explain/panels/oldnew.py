"""The starting case beside the present one as HTML: what was changed, and what came of it.

Colours are in assets/style/.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape

import numpy as np
from PIL import Image

from inference.demo import Demo
from inference.fields import Scene
from inference.pictures import data_uri
from inference.types import Answer, Item, Prediction, Raw
from inference.units import number, percent, quantity

from ..changes import Change, clipped
from ..differences import matched, rewritten, touched
from ..instead import marked
from ..shading import WHO
from ..shifts import shifts
from ..types import Explanation
from ..wording import signed

BRUSHED = (217, 95, 2, 110)
"""The veil over what was changed of a picture: the orange that speaks against, see overlay.py."""
SUGGESTED = 5
"""Of a ranking, the first ones are held side by side."""
LISTED = 8
"""Of many changes, rows for so many."""


def row(what: str, old: str, new: str, name: str = "") -> str:
    """A row of the table, of HTML."""
    return f'<tr class="{name}"><th scope="row">{what}</th><td>{old}</td><td>{new}</td></tr>'


def table(rows: Sequence[str]) -> str:
    """Old beside new."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("<span>What</span>", "Start", "Now"))
    return f'<table class="oldnew"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


# What was changed


def figures(changes: Sequence[Change], first: Raw, now: Raw) -> str:
    """Texts with words struck and inserted, and pictures with what was brushed away."""
    found = ""
    for name in dict.fromkeys(change.field for change in changes):
        own = [change for change in changes if change.field == name]
        draw = next((draw for key, draw in DRAWN.items() if key in (own[0].where or {})), None)
        found += draw(own, first[name], now[name]) if draw else ""
    return found


def text(changes: Sequence[Change], first: str, now: str) -> str:
    """The text as it was at the start, with words struck and inserted."""
    return f'<p class="words" dir="auto" aria-label="Your text, with what was changed">{marked(first, changes)}</p>'


def talk(changes: Sequence[Change], first: Sequence[Raw], now: Sequence[Raw]) -> str:
    """A conversation likewise: the messages that changed."""
    shown = ""
    for place, message in enumerate(first):
        own = [change for change in changes if (change.where or {}).get("message") == place]
        if own:
            said = marked(message.text, own)  # type: ignore[attr-defined]
            shown += f'<p class="words" dir="auto"><small>{WHO[message.role]}</small> {said}</p>'  # type: ignore[attr-defined]
    return shown


def picture(changes: Sequence[Change], first: Image.Image, now: Image.Image) -> str:
    """Both pictures, what was brushed away under a veil."""
    found = touched(first, now)
    veil = np.zeros((*found.shape, 4), np.uint8) if found is not None else np.zeros((1, 1, 4), np.uint8)
    veil[found if found is not None else ...] = BRUSHED if found is not None else 0
    over = f'<img class="veil" src="{data_uri(Image.fromarray(veil), "PNG")}" alt="">'
    was, is_now = thumbnail(first, "The picture at the start"), thumbnail(now, "The picture now, its changes veiled")
    return (
        f'<div class="both"><figure class="regions">{was}</figure><figure class="regions">{is_now}{over}</figure></div>'
    )


def thumbnail(picture: Image.Image, alt: str) -> str:
    """A picture for one half of the card."""
    small = picture.copy()
    small.thumbnail((360, 360))
    return f'<img src="{data_uri(small)}" alt="{alt}">'


DRAWN: dict[str, Callable[..., str]] = {"message": talk, "chars": text, "pixels": picture}
"""What is drawn in its place, by the `where` of its changes; of other changes there is a row each."""


def edits(changes: Sequence[Change]) -> Iterator[str]:
    """A row for each change that is not drawn."""
    left = [change for change in changes if not set(DRAWN) & set(change.where or {})]
    for change in left[:LISTED]:
        before, after = escape(clipped(change.before, 90)), escape(clipped(change.after, 90))
        yield row(escape(clipped(change.label)), before, f"<ins>{after}</ins>", "edit")
    if len(left) > LISTED:
        yield row(f"{len(left) - LISTED} more changes", "", "", "edit")


# What came of it


def outcome(about: Demo, old: Answer, new: Answer) -> Iterator[str]:
    """Prediction, scores and decision, old beside new."""
    one, other = old.prediction, new.prediction
    an_answer = one.kind == "spans" and one.text is not None  # the first of which is what was asked for
    yield from (ranked if an_answer else KINDS.get(one.kind, ranked))(one, other)
    if about.decision and old.decision and new.decision:
        was, is_now = (
            f'<b class="act {about.decision.tone(each)}">{escape(each.action)}</b>'
            for each in (old.decision, new.decision)
        )
        yield row("What would be done", was, is_now, "decided")


def value(old: Prediction, new: Prediction) -> Iterator[str]:
    """A number in its unit."""
    one, other = old.items[0], new.items[0]
    way = other.score - one.score
    by = f"{'−' if way < 0 else '+'}{quantity(abs(way), new.unit)}" if way else "the same"
    shown = f"<b>{escape(quantity(other.score, new.unit))}</b> <small>{escape(by)}</small>"
    yield row(escape(other.name), f"<b>{escape(quantity(one.score, old.unit))}</b>", shown)


def ranked(old: Prediction, new: Prediction) -> Iterator[str]:
    """The first item of each, and both of their scores."""
    firsts = {prediction.items[0].id: prediction.items[0].name for prediction in (old, new) if prediction.items}
    yield row("Prediction", *(f"<b>{escape(p.items[0].name if p.items else 'nothing')}</b>" for p in (old, new)))
    for item, name in firsts.items():
        yield scored(item, name, old, new)
    if old.kind == "ranking":
        yield suggestions(old, new)


def scored(item: str, name: str, old: Prediction, new: Prediction) -> str:
    """The score of one item, and by how much it moved."""
    ends = [next((each.score for each in prediction.items if each.id == item), None) for prediction in (old, new)]
    share = new.scale == "probability"
    said = ["not listed" if end is None else percent(end) if share else number(end) for end in ends]
    by = ""
    if ends[0] is not None and ends[1] is not None:
        by = f" <small>{moved(ends[1] - ends[0], share)}</small>"
    return row(f"{'Probability' if share else 'Score'} of {escape(clipped(name, 40))}", said[0], f"{said[1]}{by}")


def moved(by: float, share: bool) -> str:
    """By how much a score moved: a probability in points of percent."""
    size = f"{100 * abs(by):.1f} points" if share else number(abs(by))
    same = abs(by) < 5e-4 if share else not by
    return "the same" if same else f"{'−' if by < 0 else '+'}{size}"


def suggestions(old: Prediction, new: Prediction) -> str:
    """The first suggestions of each; what the other has not is marked."""
    one, other = (prediction.items[:SUGGESTED] for prediction in (old, new))
    return row(f"First {SUGGESTED}", names(one, other, "del"), names(other, one, "ins"))


def names(own: Sequence[Item], other: Sequence[Item], tag: str) -> str:
    """A list of items; those that the other list lacks in a tag of their own."""
    known = {item.id for item in other}
    each = (escape(item.name) if item.id in known else f"<{tag}>{escape(item.name)}</{tag}>" for item in own)
    return f"<ol>{''.join(f'<li>{name}</li>' for name in each)}</ol>"


def written(old: Prediction, new: Prediction) -> Iterator[str]:
    """Two texts; the new one with what is not in the old."""
    one, other = old.text or "", new.text or ""
    parts, end = [], 0
    for (a, b), _ in rewritten(other, one):
        parts.append(escape(other[end:a]) + (f"<ins>{escape(other[a:b])}</ins>" if b > a else ""))
        end = b
    same = " <small>the same</small>" if one == other else ""
    yield row("Text", escape(one), "".join(parts) + escape(other[end:]) + same)


def counted(old: Prediction, new: Prediction) -> Iterator[str]:
    """What was found, by name, and how often."""
    both = [Counter(item.name for item in prediction.items) for prediction in (old, new)]
    names = dict.fromkeys([*both[0], *both[1]])
    moved = [name for name in names if both[0][name] != both[1][name]]
    for name in moved:
        was, is_now = (often(each[name]) for each in both)
        yield row(escape(clipped(name)), was, f"<ins>{is_now}</ins>")
    if len(moved) < len(names) or not names:
        same = len(names) - len(moved)
        told = f"{same} others" if moved and same > 1 else "1 other" if moved else "What was found"
        yield row(told, "as before" if moved else ", ".join(map(escape, names)) or "nothing", "the same")


def often(count: int) -> str:
    """How often something was found."""
    return "not found" if not count else "found" if count == 1 else f"{count} times"


KINDS: dict[str, Callable[[Prediction, Prediction], Iterator[str]]] = {
    "value": value,
    "text": written,
    "spans": counted,
    "boxes": counted,
}
"""By kind of output; others have a first item."""


# Which reasons changed


def reasons(old: Explanation, new: Explanation, first: Raw, now: Raw) -> Iterator[str]:
    """The reasons that changed most, of one target."""
    scenes = [name for name, value in now.items() if isinstance(value, Scene)]
    found = shifts(old, new, {name: dict(matched(first[name], now[name])) for name in scenes})
    if found:
        title = f"Reasons for {escape(new.output)} that changed most"
        yield f'<tr class="part"><th colspan="3" scope="rowgroup">{title}</th></tr>'
    for shift in found:
        was, is_now = (
            '<span class="soft">not there</span>' if value is None else signed(value, explanation)
            for value, explanation in ((shift.before, old), (shift.after, new))
        )
        yield row(f'<span dir="auto">{escape(clipped(shift.label, 48))}</span>', was, is_now, "reason")
