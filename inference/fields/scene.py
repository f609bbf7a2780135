"""A stretch of road as a driver sees it: the own lane and speed, and the cars around."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

from ..errors import InputError
from ..types import Record
from ..units import number, quantity
from .field import Field, shown

LENGTH, ABREAST = 4.0, 0.5
"""Cars nearer than so many metres from middle to middle, and so many lanes, stand inside one another: a car is 5 m long
and half a lane wide, and simulators round."""


@dataclass(frozen=True)
class Car(Record):
    """One other car: metres ahead from middle to middle (negative: behind), its lane, and its speed."""

    distance: float
    lane: float
    speed: float


@dataclass(frozen=True)
class Scene(Record):
    """The own lane (from 1, the leftmost; 1.5 is between lanes 1 and 2) and speed, and the cars around.

    lanes: how many the road has. unit: of the speeds.
    """

    lane: float
    speed: float
    cars: tuple[Car, ...] = ()
    lanes: int = 3
    unit: str = "km/h"


@dataclass(frozen=True, kw_only=True)
class SceneField(Field):
    """The cars around a driver, as an object {"lane", "speed", "cars": [{"distance", "lane", "speed"}, …]} or its JSON.

    `reach` are the nearest and farthest distances in metres, `speeds` the limits of all speeds in `speed_unit`; outside
    is an error. Outside `seen_speeds` (the own) or `seen_cars` (the others'), a speed is warned of.
    """

    kind: Literal["scene"] = "scene"
    lanes: int = 3
    max_cars: int = 8
    reach: tuple[float, float] = (-60, 120)
    speeds: tuple[float, float] = (0, 150)
    speed_unit: str = "km/h"
    seen_speeds: tuple[float, float] | None = None
    seen_cars: tuple[float, float] | None = None
    default: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.lanes < 1 or self.max_cars < 1:
            raise ValueError(f"lanes and max_cars are at least 1, got {self.lanes} and {self.max_cars}")
        for low, high in (self.reach, self.speeds):
            if low >= high:
                raise ValueError(f"reach and speeds run from low to high, got {low} to {high}")

    def parse(self, value: Any) -> Scene:
        data = self._object(value)
        if extra := [key for key in data if key not in ("lane", "speed", "cars")]:
            raise InputError(f"{self.label} has lane, speed and cars, got also {shown(extra[0])}.")
        cars = data.get("cars", [])
        if not isinstance(cars, list | tuple):
            raise InputError(f"{self.label}: cars must be a list, empty for an empty road, got {shown(cars)}.")
        if len(cars) > self.max_cars:
            raise InputError(f"{self.label} may have {self.max_cars} cars, got {len(cars):,}; leave out the farthest.")
        scene = Scene(
            self._lane(data.get("lane"), "your lane"),
            self._number(data.get("speed"), "your speed", self.speeds, self.speed_unit),
            tuple(self._car(car, i) for i, car in enumerate(cars, 1)),
            self.lanes,
            self.speed_unit,
        )
        self._apart(scene)
        return scene

    def _object(self, value: Any) -> dict[str, Any]:
        hint = 'send {"lane": 2, "speed": 90, "cars": [{"distance": 40, "lane": 2, "speed": 80}]}'
        if value is None or value == "":
            raise self.missing(hint)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise InputError(f"{self.label} is no JSON, got {shown(value)}; {hint}.") from None
        if not isinstance(value, dict):
            raise InputError(f"{self.label} must be an object, got {shown(value)}; {hint}.")
        return value

    def _car(self, car: Any, place: int) -> Car:
        what = f"car {place}"
        if not isinstance(car, dict) or set(car) != {"distance", "lane", "speed"}:
            raise InputError(f"{self.label}: {what} needs distance, lane and speed, got {shown(car)}.")
        return Car(
            self._number(car["distance"], f"the distance of {what}", self.reach, "m"),
            self._lane(car["lane"], f"the lane of {what}"),
            self._number(car["speed"], f"the speed of {what}", self.speeds, self.speed_unit),
        )

    def _lane(self, value: Any, what: str) -> float:
        return self._number(value, what, (1, self.lanes), "", f"; the road has {self.lanes} lanes, 1 is the leftmost")

    def _number(self, value: Any, what: str, limits: tuple[float, float], unit: str, more: str = "") -> float:
        try:
            parsed = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            parsed = math.nan
        ends = f"{number(limits[0])} and {quantity(limits[1], unit)}"
        if value is None:
            raise InputError(f"{self.label}: {what} is missing; enter a number between {ends}{more}.")
        if not limits[0] <= parsed <= limits[1]:
            raise InputError(f"{self.label}: {what} must lie between {ends}, got {shown(value)}{more}.")
        return parsed

    def _apart(self, scene: Scene) -> None:
        placed = [("your car", 0.0, scene.lane)]
        placed += [(f"car {i}", car.distance, car.lane) for i, car in enumerate(scene.cars, 1)]
        for (one, x, lane), (other, y, beside) in combinations(placed, 2):
            if abs(x - y) < LENGTH and abs(lane - beside) < ABREAST:
                raise InputError(
                    f"{self.label}: {one} and {other} stand inside one another, {number(abs(x - y))} m apart in lane "
                    f"{number(beside)}; move one by {number(LENGTH)} m or more."
                )

    def warnings(self, value: Scene) -> Iterator[str]:
        known = [(self.seen_speeds, "Your speed", value.speed)]
        known += [(self.seen_cars, f"The speed of car {i}", car.speed) for i, car in enumerate(value.cars, 1)]
        for seen, what, speed in known:
            if seen and not seen[0] <= speed <= seen[1]:
                low, high = (quantity(end, self.speed_unit) for end in seen)
                got = quantity(speed, self.speed_unit)
                yield f"{what}, {got}, lies outside the training data ({low} to {high}): take the answer with care."

    def describe(self, value: Scene) -> str:
        count = len(value.cars)
        around = f"{count} car{'s' if count > 1 else ''}" if count else "an empty road"
        return f"{self.label}: lane {number(value.lane)}, {quantity(value.speed, self.speed_unit)}, {around}"


OWN, OF_CAR = ("lane", "speed"), ("distance", "lane", "speed")
"""The numbers of a scene, in the order in which parts of it are counted: the own, then those of each car."""


def paired(scene: Scene, reference: Scene) -> list[Car | None]:
    """For each car of a scene one of another scene, in turn; None where that has none."""
    return [reference.cars[i % len(reference.cars)] if reference.cars else None for i in range(len(scene.cars))]


def mixed(scene: Scene, kept: Sequence[bool], reference: Scene) -> Scene:
    """A scene with some of its numbers as in another: `kept` has one truth for each of OWN and then of OF_CAR.

    A car of which nothing is kept is absent, and so is one whose hidden numbers have no car to come from.
    """
    lane, speed = (getattr(scene if keep else reference, name) for keep, name in zip(kept, OWN, strict=False))
    cars = []
    for i, (car, other) in enumerate(zip(scene.cars, paired(scene, reference), strict=True)):
        own = kept[len(OWN) + len(OF_CAR) * i :][: len(OF_CAR)]
        if all(own):
            cars.append(car)
        elif any(own) and other:
            cars.append(Car(*(getattr(car if k else other, name) for k, name in zip(own, OF_CAR, strict=True))))
    return replace(scene, lane=lane, speed=speed, cars=tuple(cars))
