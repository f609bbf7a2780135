"""Fields of every kind, and what they say of a value that they refuse."""

from typing import Any

import numpy as np
import pytest
from pictured import saved, uri
from PIL import Image

from inference.errors import InputError
from inference.fields import (
    AudioField,
    CategoryField,
    Field,
    HistoryField,
    ImageField,
    LabelsField,
    MessagesField,
    NumberField,
    SceneField,
    SeriesColumn,
    SeriesField,
    TextField,
)

TEXT = TextField(name="text", label="Review", max_length=20)
AREA = NumberField(name="area", label="Living area", unit="m²", limits=(20, 1000), seen=(40, 300))
RATIO = NumberField(name="ratio", label="Ratio")
STYLE = CategoryField(name="style", label="Style", choices=("One storey", "Two storeys"))
OPEN = CategoryField(name="style", label="Style", choices=("One storey", "Two storeys"), unseen=True)
MOVIES = HistoryField(
    name="history", label="Movies", items={"1": "Alien", "2": "Brazil", "3": "Chinatown"}, max_items=2
)
PHOTO = ImageField(name="photo", label="Photo", max_side=64)
LABELS = LabelsField(name="labels", label="Labels", most=3, max_length=12)
SPOKEN = AudioField(name="speech", label="Recording")
WEATHER = SeriesField(
    name="days", label="Days", columns=(SeriesColumn(name="temperature", label="Temperature", unit="°C"),), length=3
)
TALK = MessagesField(name="talk", label="Talk")
ROAD = SceneField(name="scene", label="Road")
FIELDS: list[Field] = [TEXT, AREA, RATIO, STYLE, OPEN, MOVIES, PHOTO, SPOKEN, WEATHER, TALK, LABELS, ROAD]


def refusal(field: Field, value: Any) -> str:
    with pytest.raises(InputError) as error:
        field.parse(value)
    return str(error.value)


RNG = np.random.default_rng(0)
NOISE = Image.fromarray(RNG.integers(0, 256, (24, 32, 3), dtype=np.uint8))


def parsed(picture: Image.Image, kind: str = "PNG", **options: Any) -> Image.Image:
    return PHOTO.parse(uri(saved(picture, kind, **options), kind.lower()))
