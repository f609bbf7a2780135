"""What tells one input from another, by kind of field: nothing where they are alike, and each change in words."""

import numpy as np
import pytest
from PIL import Image

from explain.changes import Change
from explain.differences import KINDS, differences
from explain.players import FieldPlayers
from inference.fields import (
    AudioField,
    Car,
    CategoryField,
    HistoryField,
    ImageField,
    LabelsField,
    Message,
    MessagesField,
    NumberField,
    Scene,
    SceneField,
    SeriesField,
    TextField,
)
from inference.fields.series import SeriesColumn
from inference.series import Series
from inference.sounds import Sound

FILMS = HistoryField(name="seen", label="Films", items={"1": "Alien", "2": "Heat"}, ratings=(1, 5))
SERIES = SeriesField(
    name="days", label="Days", columns=(SeriesColumn(name="t", label="Temperature", unit="°C"),), length=3
)
ROAD = SceneField(name="road", label="Road")
PHOTO = Image.new("RGB", (64, 48), (200, 30, 30))
TONE = Sound(np.sin(np.arange(16_000, dtype=np.float32) / 5))


def series(*values: float) -> Series:
    return Series(("t",), tuple((value,) for value in values), ("Temperature",))


def brushed(part: tuple[int, int, int, int]) -> Image.Image:
    found = PHOTO.copy()
    found.paste((20, 200, 20), part)
    return found


def silenced(start: int, end: int) -> Sound:
    samples = TONE.samples.copy()
    samples[start:end] = 0
    return Sound(samples)


CASES = {
    "number": (NumberField(name="age", label="Age", unit="years"), 44.0, 39.0, "Age: 44 years → 39 years"),
    "missing": (NumberField(name="age", label="Age", optional=True), 44.0, float("nan"), "Age: 44 → not known"),
    "category": (CategoryField(name="sex", label="Sex", choices=("f", "m")), "f", "m", "Sex: f → m"),
    "word": (TextField(name="text", label="Text"), "a fine, warm day", "a warm day", "fine,: fine, → left out"),
    "mark": (TextField(name="text", label="Text"), "the first seeds?", "the first?", "seeds: seeds → left out"),
    "insertion": (TextField(name="text", label="Text"), "a day", "a fine day", "fine:  → fine"),
    "item": (FILMS, {"1": 5.0, "2": None}, {"1": 5.0}, "Heat: chosen → left out"),
    "rating": (FILMS, {"1": 5.0}, {"1": 2.0, "2": None}, "Alien: ★ 5 → ★ 2; Heat: not chosen → chosen"),
    "label": (LabelsField(name="of", label="Of"), ("a", "b", "c"), ("a", "c"), "b: chosen → left out"),
    "cell": (SERIES, series(1, 2, 3), series(1, 5, 3), "Temperature, 1 before the last: 2 °C → 5 °C"),
    "cells": (
        SERIES,
        series(1, 2, 3),
        series(3, 4, 3),
        "Temperature, 2 days from 2 before the last: 1.5 °C on average → 3.5 °C on average",
    ),
    "longer": (SERIES, series(1, 2, 3), series(1, 2), "Days: 3 days → another 2"),
    "car": (
        ROAD,
        Scene(2, 90, (Car(40, 2, 80), Car(-20, 1, 90))),
        Scene(2, 100, (Car(-20, 1, 90),)),
        "your speed: 90 km/h → 100 km/h; car 1: 40 m ahead, lane 2, 80 km/h → left out",
    ),
    "region": (
        ImageField(name="photo", label="Photo"),
        PHOTO,
        brushed((0, 0, 32, 24)),
        "25 % of Photo: as it was → brushed away",
    ),
    "picture": (
        ImageField(name="photo", label="Photo"),
        PHOTO,
        Image.new("RGB", (9, 9)),
        "Photo: the picture at first → another picture",
    ),
    "stretch": (
        AudioField(name="said", label="Said"),
        TONE,
        silenced(4_800, 8_000),
        "0.3 to 0.5 s: as it was → silenced",
    ),
    "recording": (
        AudioField(name="said", label="Said"),
        TONE,
        Sound(TONE.samples[:8_000]),
        "Said: 1.0 s → another 0.5 s",
    ),
}


def told(changes: list[Change]) -> str:
    return "; ".join(f"{change.label}: {change.before} → {change.after}" for change in changes)


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_and_two_alike_have_none(case: str) -> None:
    field, before, after, words = CASES[case]
    name = field.name
    assert told(differences([field], {name: before}, {name: after})) == words
    assert differences([field], {name: after}, {name: after}) == []


def test_words_are_placed_where_they_stood() -> None:
    field = TextField(name="text", label="Text")
    (change,) = differences([field], {"text": "so very bad"}, {"text": "so bad"})
    assert (change.where, change.gone) == ({"chars": [3, 7]}, True)


def test_of_a_conversation_the_words_of_each_message_and_whole_messages() -> None:
    field = MessagesField(name="talk", label="Talk")
    before = (Message("user", "hello there"), Message("assistant", "hi"), Message("user", "go on"))
    changes = differences([field], {"talk": before}, {"talk": (Message("user", "hello"),)})
    assert told(changes) == "there: there → left out; message 2: hi → left out; message 3: go on → left out"
    assert changes[0].where == {"message": 0, "chars": [6, 11]}


def test_every_kind_of_field_can_be_compared() -> None:
    assert set(KINDS) == set(FieldPlayers.kinds)
