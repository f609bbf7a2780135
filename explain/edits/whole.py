"""What can be changed in a whole input: the places of all fields that may change, one after the other."""

from collections.abc import Sequence
from typing import Any

from inference.demo import Demo
from inference.errors import InputError
from inference.types import Raw

from ..changes import Change
from ..sets import Chosen
from ..types import Explanation, Feature, LabelMap
from .edit import Edit, Known, edits_of


class Edits:
    """The places of a whole input and their options; `counts` of them are tried, others are made on the way."""

    def __init__(
        self, about: Demo, raw: Raw, known: Known, fixed: Sequence[str] = (), held: Sequence[tuple[str, int, int]] = ()
    ) -> None:
        """fixed: names of fields that must stay besides those that cannot change by nature. held: passages that must,
        as a field's name and the characters from start to end.
        """
        self.raw_value = raw
        inputs = [field for field in about.inputs if field.role == "input"]
        free = [field for field in inputs if field.mutable and field.name not in fixed]
        self.fields = {field.name: edits_of(field, raw[field.name], known) for field in free}
        self.places: list[tuple[str, int]] = [
            (name, place)
            for name, edits in self.fields.items()
            for place, feature in enumerate(edits.places)
            if not any(inside(feature, passage) for passage in held)
        ]
        self.options: list[list[Edit]] = [list(self.fields[name].options[place]) for name, place in self.places]
        self.counts = [len(options) for options in self.options]

    def __len__(self) -> int:
        return len(self.places)

    def feature(self, place: int) -> Feature:
        """What stands in a place."""
        name, own = self.places[place]
        return self.fields[name].places[own]

    def raw(self, chosen: Chosen) -> Raw | None:
        """The input with some places changed; None where no such input could be sent."""
        changed: dict[str, dict[int, Edit]] = {}
        for place, option in chosen:
            name, own = self.places[place]
            changed.setdefault(name, {})[own] = self.options[place][option]
        try:
            return self.raw_value | {name: self.fields[name].value(edits) for name, edits in changed.items()}
        except InputError:
            return None

    def distance(self, chosen: Chosen) -> float:
        """The sum of how far each change goes."""
        return sum(self.options[place][option].distance for place, option in chosen)

    def closer(self, place: int, option: int, share: float) -> int | None:
        """The option that goes only a share of the way."""
        name, own = self.places[place]
        return self._known(place, self.fields[name].closer(own, self.options[place][option], share))

    def toward(self, row: Raw) -> Chosen:
        """The changes that make the columns of the input as they are in another row."""
        found = []
        for place, (name, own) in enumerate(self.places):
            option = self._known(place, self.fields[name].toward(own, row[name]))
            if option is not None:
                found.append((place, option))
        return tuple(found)

    def _known(self, place: int, edit: Edit | None) -> int | None:
        """The number of an option, which may be a new one."""
        if edit is None:
            return None
        if edit not in self.options[place]:
            self.options[place].append(edit)
        return self.options[place].index(edit)

    def change(self, place: int, option: int) -> Change:
        """One change, for people."""
        (name, own), feature, edit = self.places[place], self.feature(place), self.options[place][option]
        before = self.fields[name].before(own, edit)
        return Change(feature.id, feature.field, feature.label, before, edit.words, edit.after is None, feature.where)

    def label_map(self, chosen: Chosen) -> LabelMap | None:
        """Where the changed regions of a picture lie, if any are."""
        return next(filter(None, (self.fields[self.places[place][0]].label_map() for place, _ in chosen)), None)

    def sent(self, raw: Raw) -> dict[str, object]:
        """The fields of an input that differ, as a program sends them; without pictures and recordings."""
        new = {name: self.fields[name].sent(raw[name]) for name in self.fields if raw[name] is not self.raw_value[name]}
        return {name: value for name, value in new.items() if value is not None}


def inside(feature: Feature, passage: tuple[str, int, int]) -> bool:
    """Whether a word stands in a passage, or a part of it does."""
    name, start, end = passage
    first, last = (feature.where or {}).get("chars", (0, 0))
    return bool(feature.field == name and first < end and start < last)


def strengths(places: Sequence[Feature], explanation: Explanation, way: float) -> list[float]:
    """How much each place holds a score back that has to move up (1), down (−1) or either way (0), float[places]."""
    values: Any = explanation.values
    pairs = list(zip(explanation.features, values, strict=True))
    sums = [sum(value for feature, value in pairs if covers(feature, place)) for place in places]
    return [abs(value) if not way else -way * value for value in sums]


def covers(feature: Feature, place: Feature) -> bool:
    """Whether a feature is a place, a part of it, or holds it."""
    one, other = feature.where or {}, place.where or {}
    if "fields" in one:
        return place.field in one["fields"]
    if feature.field != place.field:
        return False
    for key, beside in (("chars", "message"), ("steps", "column")):
        if key in one and key in other:
            (a, b), (c, d) = one[key], other[key]
            return bool(a < d and c < b) and one.get(beside) == other.get(beside)
    return place.id in (feature.id, feature.parent)
