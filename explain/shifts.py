"""Which reasons for one target changed most from one input to another. It draws nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, NamedTuple

from .types import Explanation, Feature

MARKS = re.compile(r"^\W+|\W+$")
SHOWN = 5
"""Reasons that are told."""


Cars = Mapping[str, Mapping[int | None, int | None]]


class Shift(NamedTuple):
    """A reason with its value before and after; None where the input has no such part."""

    label: str
    before: float | None
    after: float | None

    @property
    def by(self) -> float:
        """How far it moved; what is not there counts for nothing."""
        return (self.after or 0.0) - (self.before or 0.0)


def shifts(before: Explanation, after: Explanation, cars: Cars = MappingProxyType({})) -> list[Shift]:
    """The reasons that changed most, the largest change first; none where the targets differ.

    cars: of each scene, the numbers that its cars have after, by those that they had before.
    """
    if before.target != after.target:
        return []
    one, other = valued(before, cars), valued(after, {})
    found = [shift for name in dict.fromkeys([*one, *other]) for shift in pairs(one.get(name, []), other.get(name, []))]
    if regions_differ(before, after):
        found = [shift for shift in found if "region " not in shift.label]
    return sorted((shift for shift in found if shift.by), key=lambda shift: -abs(shift.by))[:SHOWN]


Valued = tuple[Feature, float]


def valued(explanation: Explanation, cars: Cars) -> dict[str, list[Valued]]:
    """The features of each field with their values; a car that was taken apart is one again."""
    found: dict[str, dict[str, Valued]] = {}
    values: Any = explanation.values
    for feature, value in zip(explanation.features, values, strict=True):
        own, number = found.setdefault(feature.field, {}), (feature.where or {}).get("car")
        known = car(feature, number, cars.get(feature.field)) if number else feature
        own[known.id] = known, value + (own[known.id][1] if known.id in own else 0.0)
    return {name: list(own.values()) for name, own in found.items()}


def car(feature: Feature, number: int, after: Mapping[int | None, int | None] | None) -> Feature:
    """A car, by the number that it has after; one that is gone keeps its own."""
    new = after.get(number) if after is not None else number
    name = f"{feature.field}:{new}" if new else f"{feature.field}:gone {number}"
    return Feature(name, feature.field, f"car {new or number}", {"car": number})


def pairs(before: Sequence[Valued], after: Sequence[Valued]) -> Iterator[Shift]:
    """The features of one field that are in both, and those that are in one because the other has no such part."""
    old, new = ([key(feature) for feature, _ in some] for some in (before, after))
    whole = all(plain(feature) for feature, _ in (*before, *after))
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            ends = zip(before[a:b], after[c:d], strict=True)
            yield from (Shift(feature.label, was, value) for (_, was), (feature, value) in ends)
        elif whole:
            yield from (Shift(feature.label, was, None) for feature, was in before[a:b])
            yield from (Shift(feature.label, None, value) for feature, value in after[c:d])


def key(feature: Feature) -> str:
    """What a feature is known by after a change: a word by itself, for its place and the marks beside it may differ."""
    return (MARKS.sub("", feature.label) or feature.label) if "chars" in (feature.where or {}) else feature.id


def plain(feature: Feature) -> bool:
    """Whether a feature that is only in one of two explanations is a part that only one input has: a word, an item."""
    where = feature.where or {}
    return ("chars" in where and " " not in feature.label) or "item" in where or "car" in where


def regions_differ(before: Explanation, after: Explanation) -> bool:
    """Whether a picture was cut otherwise, so that a region of the same number is another one."""
    return before.label_map != after.label_map
