"""The players of a road: the cars around, each made of its numbers, and the own lane and speed. Knows no driver."""

from collections.abc import Sequence
from typing import Any

from inference.fields import Scene, SceneField
from inference.fields.scene import OF_CAR, OWN, mixed
from inference.masks import Kept
from inference.road import whereabouts
from inference.units import listed, number, quantity

from ..types import Feature
from .field import FieldPlayers


class ScenePlayers(FieldPlayers):
    """Each car as a player, which falls into its distance, lane and speed; the own lane and speed as one each.

    A hidden car is absent. A hidden number of a car that is there, or of the own, takes its values from the reference
    scenes in turn (interventional).
    """

    kind = "scene"
    words = "cars, and the numbers of each"
    referenced = True

    def __init__(self, field: SceneField, value: Scene, stand_in: str) -> None:
        self.name, self.scene = field.name, value
        own = [self._own(part) for part in OWN]
        self.features = (*own, *(self._part(i, (part,)) for i in range(len(value.cars)) for part in OF_CAR))
        cars = [tuple(range(start, start + len(OF_CAR))) for start in range(len(OWN), len(self.features), len(OF_CAR))]
        self.groups = (*((atom,) for atom in range(len(OWN))), *cars)
        self.baseline = (
            f"hidden cars are absent; hidden numbers take their values from {stand_in}, averaged (interventional)"
        )

    def show(self, kept: Kept) -> Scene:
        return self.scene

    def filled(self, kept: Kept, reference: Any) -> Scene:
        return mixed(self.scene, kept.tolist(), reference)

    def together(self, atoms: Sequence[int]) -> Feature:
        if len(atoms) == 1:
            return self.features[atoms[0]]
        i = (atoms[0] - len(OWN)) // len(OF_CAR)
        parts = tuple(OF_CAR[(atom - len(OWN)) % len(OF_CAR)] for atom in atoms)
        return self._part(i, parts) if len(parts) < len(OF_CAR) else self._car(i)

    def _own(self, part: str) -> Feature:
        value = getattr(self.scene, part)
        words = number(value) if part == "lane" else quantity(value, self.scene.unit)
        return Feature(f"{self.name}:{part}", self.name, f"your {part}, {words}", {"car": 0, "part": part})

    def _car(self, i: int) -> Feature:
        car = self.scene.cars[i]
        label = f"car {i + 1}: {whereabouts(car.distance)}, lane {number(car.lane)}, {self._speed(car.speed)}"
        return Feature(f"{self.name}:{i + 1}", self.name, label, {"car": i + 1})

    def _part(self, i: int, parts: tuple[str, ...]) -> Feature:
        """Some of the numbers of a car."""
        car = self.scene.cars[i]
        words = {
            "distance": whereabouts(car.distance),
            "lane": f"lane {number(car.lane)}",
            "speed": self._speed(car.speed),
        }
        label = f"{listed(parts)} of car {i + 1}: {', '.join(words[part] for part in parts)}"
        where = {"car": i + 1, "part": "+".join(parts)}
        return Feature(f"{self.name}:{i + 1}.{where['part']}", self.name, label, where)

    def _speed(self, speed: float) -> str:
        return quantity(speed, self.scene.unit)
