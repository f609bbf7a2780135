"""Parts of an input taken away so that what is left could be sent: what a click on a part of a figure does.

Where nothing can stand in a part's place, it goes; a column or a cell becomes what is usual. Knows no screen.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from inference.errors import InputError
from inference.fields import CategoryField, NumberField
from inference.fields.scene import OF_CAR, OWN, mixed
from inference.nearest import tidy
from inference.task import Task
from inference.types import Raw

from .edits.columns import known_numbers
from .edits.text import STOP, edited, end_of
from .memory import Explained
from .picked import verb
from .players import FieldPlayers, Reference
from .players.field import singles
from .types import Feature


def without(task: Task, raw: Raw, ids: Sequence[str], known: Explained | None = None) -> Raw:
    """The fields of an input that differ once some of its parts are hidden, checked.

    ids: of features, as they are `known` from an explanation, or as the players to begin with, or the smallest.
    Raises InputError.
    """
    parts = Parts(task, raw, known)
    chosen: dict[str, list[Part]] = {}
    for one in ids:
        part = parts.named(one)
        for name in (part.feature.where or {}).get("fields", [part.feature.field]):
            chosen.setdefault(name, []).append(part)
    columns = tuple(name for name in chosen if parts.fields[name].kind in ("number", "category"))
    changed = usual(task, raw, columns) if columns else {}
    others = {name: parts.hidden(name, some) for name, some in chosen.items() if name not in columns}
    return changed | others


class Part(NamedTuple):
    """A feature, and the atoms of its field that it is made of."""

    feature: Feature
    atoms: Sequence[int]


class Parts:
    """The parts of one input by their ids."""

    def __init__(self, task: Task, raw: Raw, known: Explained | None) -> None:
        self.task, self.raw = task, raw
        self.fields = {field.name: field for field in task.demo.inputs if field.role == "input"}
        words = Reference.every(task.background).words
        read = task.readable(raw)  # what is cut off has no players
        self.players = {name: FieldPlayers.kinds[f.kind](f, read[name], words) for name, f in self.fields.items()}
        self.known: dict[str, Part] = {}
        starts, start = dict[str, int](), 0
        for name, own in self.players.items():
            starts[name], start = start, start + len(own.features)
            units = [*singles(len(own.features)), *own.groups]
            self.known |= {found.id: Part(found, atoms) for atoms in units for found in [own.together(atoms)]}
        for feature, places in zip(known.explanation.features, known.players, strict=True) if known else ():
            self.known[feature.id] = Part(feature, [place - starts[feature.field] for place in places])

    def named(self, one: str) -> Part:
        """A part by the id of its feature. Raises InputError."""
        part = self.known.get(one)
        if part is None or not verb(part.feature):
            raise InputError(f"“{part.feature.label if part else one[:60]}” cannot be hidden here.")
        return part

    def hidden(self, name: str, parts: Sequence[Part]) -> Any:
        """A field's checked value without some of its parts. Raises InputError."""
        field, own = self.fields[name], self.players[name]
        if field.kind in SPECIAL:
            return SPECIAL[field.kind](self.task, self.raw, field, [part.feature for part in parts])
        kept = np.ones(len(own.features), bool)
        kept[[atom for part in parts for atom in part.atoms]] = False
        shown = own.show(kept)
        return field.parse(shown.composed() if hasattr(shown, "composed") else shown)


def text(task: Task, raw: Raw, field: Any, features: Sequence[Feature]) -> Any:
    """A text without some words; the end of a sentence stays."""
    return field.parse(shortened(raw[field.name], [(f.where or {})["chars"] for f in features]))


def shortened(text: str, spans: Sequence[Sequence[int]]) -> str:
    """A text without some spans of characters."""
    return edited(text, {(a, end_of(text, a, b, STOP)): None for a, b in spans})


def messages(task: Task, raw: Raw, field: Any, features: Sequence[Feature]) -> Any:
    """A conversation without some words."""
    said = [message.to_json() for message in raw[field.name]]
    for place, message in enumerate(said):
        own = [(f.where or {})["chars"] for f in features if (f.where or {})["message"] == place]
        message["content"] = shortened(message["content"], own)
    return field.parse(said)


def scene(task: Task, raw: Raw, field: Any, features: Sequence[Feature]) -> Any:
    """A road without some cars, and some numbers as is usual: the middle of those that would take their place."""
    gone = {(f.where or {})["car"] for f in features if "part" not in (f.where or {})}
    scene = raw[field.name]
    found: dict[str, Any] = {"lane": scene.lane, "speed": scene.speed, "cars": [car.to_json() for car in scene.cars]}
    for feature in features:
        where = feature.where or {}
        for name in where.get("part", "").split("+") if where["car"] not in gone else ():
            holder = found["cars"][where["car"] - 1] if where["car"] else found
            holder[name] = usual_number(task, raw, field, where["car"], name)
    return field.parse(found | {"cars": [car for i, car in enumerate(found["cars"], 1) if i not in gone]})


def usual_number(task: Task, raw: Raw, field: Any, car: int, name: str) -> float:
    """The median, of a lane the most frequent, of what the reference scenes have in the place of a car's number.

    car: from 1; 0 is the own. Raises InputError where no scene has such a car.
    """
    scene, values = raw[field.name], []
    kept = np.ones(len(OWN) + len(OF_CAR) * len(scene.cars), bool)
    kept[OWN.index(name) if not car else len(OWN) + len(OF_CAR) * (car - 1) + OF_CAR.index(name)] = False
    for row in task.background:
        other = mixed(scene, kept.tolist(), row[field.name])
        if len(other.cars) == len(scene.cars):
            values.append(float(getattr(other.cars[car - 1] if car else other, name)))
    if not values:
        raise InputError("What is usual is not known here: no reference road has such a car.")
    return Counter(values).most_common(1)[0][0] if name == "lane" else round(float(np.median(values)), 1)


def series(task: Task, raw: Raw, field: Any, features: Sequence[Feature]) -> Any:
    """A series with some cells as on average: at their place in the reference windows, or else in their column."""
    found = raw[field.name]
    cells = found.cells
    rows = [row[field.name].cells for row in task.background] if field.referenced else []
    rows = [row for row in rows if row.shape == cells.shape]
    means = np.mean(rows, 0) if rows else np.tile(cells.mean(0), (len(cells), 1))
    for feature in features:
        where = feature.where or {}
        place = slice(*where["steps"]), found.columns.index(where["column"])
        cells[place] = means[place]
    return found.with_cells(cells)


SPECIAL: dict[str, Callable[[Task, Raw, Any, Sequence[Feature]], Any]] = {
    "text": text,
    "messages": messages,
    "scene": scene,
    "series": series,
}
"""Kinds whose hidden value is none that could be sent; of the others, what their players show is one."""


def usual(task: Task, raw: Raw, columns: tuple[str, ...]) -> Raw:
    """Columns as is usual: given the others where the model knows that, else the median or the most frequent choice.

    Raises InputError where nothing is known.
    """
    fields: dict[str, Any] = {field.name: field for field in task.demo.inputs}
    found = task.usual(raw, [columns])
    if found:
        return {name: found[0][name] for name in columns}
    if not task.background:
        raise InputError("What is usual is not known here: the model has no reference rows.")
    return {name: middle(fields[name], task.background) for name in columns}


def middle(field: NumberField | CategoryField, rows: Sequence[Raw]) -> Any:
    """The median of the known numbers, or the most frequent choice."""
    if isinstance(field, CategoryField):
        return Counter(row[field.name] for row in rows).most_common(1)[0][0]
    known = known_numbers(field, rows)
    return field.parse(tidy(field, float(np.median(known)))) if len(known) else field.parse(None)
