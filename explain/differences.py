"""What tells one input from another of the same model: changes from the one to the other, by kind of field.

It knows no model, and not how the one became the other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.fields import AnyField, Car, Message, NumberField, Scene
from inference.road import whereabouts
from inference.series import Series
from inference.sounds import RATE, Sound
from inference.types import Raw, Span
from inference.units import number, quantity

from .changes import Change
from .edits.columns import said

SEEN = 8
"""Of 255 shades, a difference that is no rounding of a file's."""
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]+")
"""A word or its marks, apart from each other; a single character in scripts that are written without spaces."""
ANOTHER = 0.9
"""Share of a picture's pixels from which it is another picture."""


def differences(fields: Sequence[AnyField], before: Raw, after: Raw) -> list[Change]:
    """What changed, field by field, in the order of the fields and within each from start to end."""
    found: list[Change] = []
    for field in fields:
        found += KINDS[field.kind](field, before[field.name], after[field.name])
    return found


def changed(field: AnyField, label: str, before: str, after: str, place: str = "", **where: Any) -> Change:
    """One change; an empty `after` says that something is gone."""
    name = f"{field.name}:{place}" if place else field.name
    return Change(name, field.name, label, before, after or "left out", not after, where or None)


def hidden(field: AnyField, label: str, how: str, **where: Any) -> Change:
    """A part of a picture or a recording that is not as it was."""
    return Change(f"{field.name}:{label}", field.name, label, "as it was", how, True, where or None)


def numbers(field: NumberField, before: float, after: float) -> Iterator[Change]:
    """Another number; two that are not known are alike."""
    if before != after and not (before != before and after != after):
        yield changed(field, field.label, said(field, before), said(field, after))


def categories(field: AnyField, before: str, after: str) -> Iterator[Change]:
    """Another choice."""
    if before != after:
        yield changed(field, field.label, before, after)


def texts(field: AnyField, before: str, after: str, **where: Any) -> Iterator[Change]:
    """Words struck and inserted: runs of them that stand together are one change."""
    for (a, b), other in rewritten(before, after):
        yield changed(field, before[a:b] or other, before[a:b], other, f"{a}-{b}", **where, chars=[a, b])


def rewritten(before: str, after: str) -> Iterator[tuple[Span, str]]:
    """The characters of one text, as (start, end), that another has something else for, word by word."""
    (old, mine), (new, theirs) = cut(before), cut(after)
    for tag, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            start = old[a][0] if a < len(old) else len(before)
            span = (start, old[b - 1][1]) if b > a else (start, start)
            yield span, after[new[c][0] : new[d - 1][1]] if d > c else ""


def cut(text: str) -> tuple[list[Span], list[str]]:
    """The words and marks of a text: where they stand, and what they are."""
    spans = [match.span() for match in TOKEN.finditer(text)]
    return spans, [text[a:b] for a, b in spans]


def conversations(field: AnyField, before: Sequence[Message], after: Sequence[Message]) -> Iterator[Change]:
    """Words of the messages that both have, and messages that only one has."""
    for place, (one, other) in enumerate(zip_longest(before, after)):
        if one and other:
            yield from texts(field, one.text, other.text, message=place)
        else:
            label = f"message {place + 1}"
            yield changed(field, label, one.text if one else "", other.text if other else "", f"{place}")


def entries(field: AnyField, before: Any, after: Any) -> Iterator[Change]:
    """Items that were chosen, left out or rated otherwise; labels likewise."""
    names = getattr(field, "catalogue", {})
    old, new = (value if isinstance(value, dict) else dict.fromkeys(value) for value in (before, after))
    for item in dict.fromkeys([*old, *new]):
        states = [rated(value[item]) if item in value else "" for value in (old, new)]
        if states[0] != states[1]:
            yield changed(field, names.get(item, item), states[0] or "not chosen", states[1], item, item=item)


def rated(rating: float | None) -> str:
    """That an item was chosen, and its rating."""
    return "chosen" if rating is None else f"★ {rating:g}"


def scenes(field: AnyField, before: Scene, after: Scene) -> Iterator[Change]:
    """The own lane and speed, and the cars: the same, moved, gone or new."""
    if before.lane != after.lane:
        yield changed(field, "your lane", number(before.lane), number(after.lane), "lane", car=0)
    if before.speed != after.speed:
        was, is_now = (quantity(scene.speed, scene.unit) for scene in (before, after))
        yield changed(field, "your speed", was, is_now, "speed", car=0)
    for one, other in matched(before, after):
        old = told(before.cars[one - 1], before.unit) if one else "not there"
        new = told(after.cars[other - 1], after.unit) if other else ""
        if old != new:
            label = f"car {one}" if one else f"car {other} (new)"
            yield changed(field, label, old, new, label, car=one or other)


def matched(before: Scene, after: Scene) -> Iterator[tuple[int | None, int | None]]:
    """The numbers, from 1, that each car has in both scenes; None where it is not there."""
    for _, a, b, c, d in SequenceMatcher(None, before.cars, after.cars, autojunk=False).get_opcodes():
        for one, other in zip_longest(range(a, b), range(c, d)):
            yield (None if one is None else one + 1), (None if other is None else other + 1)


def told(car: Car, unit: str) -> str:
    """A car in words."""
    return f"{whereabouts(car.distance)}, lane {number(car.lane)}, {quantity(car.speed, unit)}"


def courses(field: Any, before: Series, after: Series) -> Iterator[Change]:
    """Cells of a series; of one of another length or of other days, that it is another one."""
    if before.columns != after.columns or before.days != after.days or len(before) != len(after):
        yield changed(field, field.label, f"{len(before)} {field.step}s", f"another {len(after)}")
        return
    for place, column in enumerate(field.columns):
        steps = np.flatnonzero(before.cells[:, place] != after.cells[:, place])
        if len(steps):
            yield cells(field, column, place, steps, before, after)


def cells(field: Any, column: Any, place: int, steps: NDArray[np.intp], before: Series, after: Series) -> Change:
    """Some cells of one column: of several, their means."""
    was, is_now = (quantity(float(series.cells[steps, place].mean()), column.unit) for series in (before, after))
    name = before.name_of(int(steps[0]))
    when, average = (name, "") if len(steps) == 1 else (f"{len(steps)} {field.step}s from {name}", " on average")
    return changed(field, f"{column.label}, {when}", f"{was}{average}", f"{is_now}{average}", column.name)


def pictures(field: AnyField, before: Image.Image, after: Image.Image) -> Iterator[Change]:
    """That some of a picture, or all of it, is another."""
    found = touched(before, after)
    if found is None or found.mean() >= ANOTHER:
        yield changed(field, field.label, "the picture at first", "another picture")
    elif found.any():
        yield hidden(field, f"{share(found)} of {field.label}", "brushed away", pixels=True)


def share(found: NDArray[np.bool_]) -> str:
    """How much of a picture it is."""
    return f"{max(1, round(100 * float(found.mean())))} %"


def touched(before: Image.Image, after: Image.Image) -> NDArray[np.bool_] | None:
    """Where two pictures of one size differ, bool[height, width], at most 256 pixels wide; None for other sizes."""
    if before.size != after.size:
        return None
    small = [picture.reduce(max(1, max(picture.size) // 256)) for picture in (before, after)]
    one, other = (np.asarray(picture, np.int16) for picture in small)
    found: NDArray[np.bool_] = np.abs(one - other).max(-1) > SEEN
    return found


def recordings(field: AnyField, before: Sound, after: Sound) -> Iterator[Change]:
    """Stretches that sound otherwise; of another length, that it is another recording."""
    if len(before.samples) != len(after.samples):
        yield changed(field, field.label, f"{before.seconds:.1f} s", f"another {after.seconds:.1f} s")
        return
    apart = np.abs(before.samples - after.samples) > 1 / 2**12
    places = np.flatnonzero(apart)
    runs = np.split(places, np.flatnonzero(np.diff(places) > RATE // 20) + 1) if len(places) else []
    for run in runs:
        start, end = run[0] / RATE, (run[-1] + 1) / RATE
        silent = not np.abs(after.samples[run[0] : run[-1] + 1]).max() > 1 / 2**12
        yield hidden(field, f"{start:.1f} to {end:.1f} s", "silenced" if silent else "changed")


KINDS: dict[str, Callable[[Any, Any, Any], Iterator[Change]]] = {
    "number": numbers,
    "category": categories,
    "text": texts,
    "messages": conversations,
    "history": entries,
    "labels": entries,
    "scene": scenes,
    "series": courses,
    "image": pictures,
    "audio": recordings,
}
"""By kind of field."""
