"""A road with a car gone, farther, faster or in another lane, and the own lane and speed as others."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from inference.fields import Car, Scene, SceneField
from inference.road import whereabouts
from inference.units import number, quantity

from ..players.scene import ScenePlayers
from .edit import Edit, FieldEdits, Known

STEPS = {"distance": (-40, -20, -10, 10, 20, 40), "speed": (-30, -20, -10, 10, 20, 30)}
"""Metres, and the field's unit of speed."""
SPREAD = {"distance": 20.0, "lane": 1.0, "speed": 10.0}
"""What one step of distance is."""
GONE = 1.5
"""How far it goes to take a car off the road."""


class SceneEdits(FieldEdits):
    """The own lane, the own speed, and each car, of which one number changes or which is gone."""

    kind = "scene"

    def __init__(self, field: SceneField, value: Scene, known: Known) -> None:
        self.field, self.raw = field, value
        players = ScenePlayers(field, value, known.stand_in)
        self.places = [
            replace(players.together(group), label=label)
            for group, label in zip(players.groups, named(value), strict=True)
        ]
        own: list[Any] = [value] * 2
        self.subjects = [*own, *value.cars]
        self.options = [
            sorted(self.numbers(place, ("lane", "speed")[place : place + 1] if place < 2 else tuple(SPREAD)), key=far)
            + ([Edit(None, "gone", GONE)] if place > 1 else [])
            for place in range(len(self.places))
        ]

    def numbers(self, place: int, parts: tuple[str, ...]) -> Iterator[Edit]:
        """The other values of some numbers of a car, or of the own."""
        ends = {"distance": self.field.reach, "speed": self.field.speeds}
        for part in parts:
            now = getattr(self.subjects[place], part)
            tried = range(1, self.field.lanes + 1) if part == "lane" else [now + step for step in STEPS[part]]
            low, high = ends.get(part, (1, self.field.lanes))
            yield from (self.edit(place, part, float(each)) for each in tried if low <= each <= high and each != now)

    def edit(self, place: int, part: str, value: float) -> Edit:
        """One number as another."""
        return Edit(
            (part, value), self.told(part, value), abs(value - getattr(self.subjects[place], part)) / SPREAD[part]
        )

    def value(self, edits: Mapping[int, Edit]) -> Scene:
        own, cars = {"lane": self.raw.lane, "speed": self.raw.speed}, list[Car]()
        for place, subject in enumerate(self.subjects):
            edit = edits.get(place)
            part, value = edit.after if edit and edit.after else ("", 0.0)
            if place < 2:
                own |= {part: value} if part else {}
            elif not edit or part:
                cars.append(replace(subject, **{part: value}) if part else subject)
        return self.field.parse(own | {"cars": [asdict(car) for car in cars]})

    def before(self, place: int, edit: Edit) -> str:
        subject = self.subjects[place]
        parts = [edit.after[0]] if edit.after else list(SPREAD)
        return ", ".join(self.told(part, getattr(subject, part)) for part in parts)

    def told(self, part: str, value: float) -> str:
        """One number, for people."""
        if part == "distance":
            return whereabouts(value)
        return f"lane {number(value)}" if part == "lane" else quantity(value, self.raw.unit)

    def closer(self, place: int, edit: Edit, share: float) -> Edit | None:
        if not edit.after or edit.after[0] == "lane":
            return None
        part, value = edit.after
        now = getattr(self.subjects[place], part)
        between = round(now + share * (value - now))
        return self.edit(place, part, float(between)) if min(now, value) < between < max(now, value) else None

    def sent(self, value: Any) -> Any:
        return {"lane": value.lane, "speed": value.speed, "cars": [asdict(car) for car in value.cars]}


def named(scene: Scene) -> list[str]:
    """What the places are called."""
    return ["your lane", "your speed", *(f"car {i}" for i in range(1, len(scene.cars) + 1))]


def far(edit: Edit) -> float:
    """How far an edit goes."""
    return edit.distance
