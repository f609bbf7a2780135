"""The road from above with each car coloured by what it contributed. Colours are in assets/style/."""

from collections import defaultdict
from html import escape
from typing import Any

from inference.fields import Scene
from inference.road import Mark, Road, legend
from inference.types import Raw

from .picked import pick
from .types import Explanation, Feature
from .wording import side, signed


def roads(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The roads of an input, one a field; a car taken apart shows the sum of its numbers."""
    fields = dict.fromkeys(f.field for f in explanation.features if f.where and "car" in f.where)
    return "".join(road(explanation, raw[name], name, alt) for name in fields)


def road(explanation: Explanation, scene: Scene, name: str, alt: str) -> str:
    """One field's road."""
    values = by_car(explanation, name)
    top = max(map(abs, values.values()), default=0) or 1
    marks = {i: Mark(side(value), abs(value) / top, signed(value, explanation)) for i, value in values.items() if value}
    parts = [feature for feature in explanation.features if feature.parent]
    more = ["numbers above: its effect" + (", of a car taken apart that of its numbers together" if parts else "")]
    drawn = Road(scene).draw(marks, alt=alt, attributes=picks(scene, name))
    return f'<div data-field="{escape(name)}">{drawn}{legend(scene.unit, more)}</div>'


def picks(scene: Scene, name: str) -> dict[int, str]:
    """What a click on each other car takes: all of it, whether or not it was taken apart."""
    cars = range(1, len(scene.cars) + 1)
    return {i: pick(Feature(f"{name}:{i}", name, f"car {i}", {"car": i})) for i in cars}


def by_car(explanation: Explanation, name: str) -> dict[int, float]:
    """The summed values of each car's features, by its number from 1; 0 is the own car."""
    found: dict[int, float] = defaultdict(float)
    values: Any = explanation.values
    for feature, value in zip(explanation.features, values, strict=True):
        if feature.field == name and feature.where and "car" in feature.where:
            found[feature.where["car"]] += value
    return dict(found)
