"""A checked value as the widget of its field takes it, by kind of field: the way back from parsing. Knows no task."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from ..fields import AnyField, Message, Scene
from ..fields.history import History
from ..series import Series
from ..sounds import RATE, Sound


def entered(field: AnyField, value: Any) -> Any:
    """What the widget shows of a value; parsed again, it is that value."""
    return ENTERED[field.kind](value)


def as_it_is(value: Any) -> Any:
    """A text, a picture, a choice."""
    return value


def number(value: float) -> float | None:
    """A number, or None for one that was left empty."""
    return None if value != value else value


def sound(value: Sound) -> tuple[int, Any]:
    """Samples as int16: gradio would stretch floating ones to full scale."""
    return RATE, np.round(np.clip(value.samples, -1, 1) * (2**15 - 1)).astype(np.int16)


def chosen(value: History) -> Any:
    """Ids, or ids with their ratings."""
    return dict(value) if isinstance(value, dict) else list(value)


def conversation(value: tuple[Message, ...]) -> list[dict[str, str]]:
    """Messages as programs send them."""
    return [message.to_json() for message in value]


def road(value: Scene) -> dict[str, Any]:
    """Own lane and speed, and the cars."""
    return {"lane": value.lane, "speed": value.speed, "cars": [asdict(car) for car in value.cars]}


def csv(value: Series) -> str:
    """Columns by name, with their days where they have any."""
    header = [*(["date"] if value.days else []), *value.columns]
    days = [[day] for day in value.days] or [[] for _ in value.values]
    rows = [[*day, *(repr(cell) for cell in row)] for day, row in zip(days, value.values, strict=True)]
    return "\n".join(",".join(row) for row in [header, *rows])


ENTERED: dict[str, Callable[[Any], Any]] = {
    "text": as_it_is,
    "image": as_it_is,
    "audio": sound,
    "number": number,
    "category": as_it_is,
    "history": chosen,
    "labels": list,
    "messages": conversation,
    "scene": road,
    "series": csv,
}
