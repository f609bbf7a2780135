"""Parts of an input are taken away by their ids, and what is left is one that could be sent."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import load
from explained import words
from PIL import Image

from explain.explainer import explain
from explain.hiding import Parts, without
from explain.memory import Memory
from explain.picked import USUAL, pick, verb
from explain.players import FieldPlayers
from explain.types import Feature
from inference import models
from inference.errors import InputError
from inference.fields import (
    AudioField,
    CategoryField,
    HistoryField,
    ImageField,
    LabelsField,
    MessagesField,
    NumberField,
    SceneField,
    SeriesField,
    TextField,
)
from inference.fields.scene import OF_CAR, OWN, mixed
from inference.fields.series import SeriesColumn
from inference.sounds import Sound

CAR = {"distance": 40.0, "lane": 2.0, "speed": 80.0}
BEHIND = {"distance": -20.0, "lane": 1.0, "speed": 90.0}
COLUMN = SeriesColumn(name="t", label="Temperature")
PHOTO = Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8))
TALK = [{"role": "user", "content": "please go on now"}]
CASES: dict[str, tuple[Any, Any, str, Any]] = {
    "text": (TextField(name="f", label="F"), "A fine, warm day.", "f:2-7", "A warm day."),
    "messages": (MessagesField(name="f", label="F"), TALK, "f:0:0-6", [{"role": "user", "content": "go on now"}]),
    "history": (HistoryField(name="f", label="F", items={"1": "A", "2": "B"}), ["1", "2"], "f:1", ["2"]),
    "labels": (LabelsField(name="f", label="F"), ["a", "b", "c"], "f:b", ["a", "c"]),
    "scene": (
        SceneField(name="f", label="F"),
        {"lane": 2, "speed": 90, "cars": [CAR, BEHIND]},
        "f:1",
        {"lane": 2, "speed": 90, "cars": [BEHIND]},
    ),
    "series": (
        SeriesField(name="f", label="F", columns=(COLUMN,), length=3, hidden="mean"),
        "t\n1\n2\n6",
        "f:t:2-3",
        "t\n1\n2\n3",
    ),
    "number": (NumberField(name="f", label="F", step=1), 9.0, "f", 2.0),
    "category": (CategoryField(name="f", label="F", choices=("a", "b")), "a", "f", "b"),
}


def task(field: Any, *rows: Any) -> Any:
    """As much of a task as the hiding asks for."""
    background = [{"f": row} for row in rows]
    known = {"background": background, "readable": lambda raw: raw, "usual": lambda raw, some: None}
    return SimpleNamespace(demo=SimpleNamespace(inputs=(field,)), **known)


@pytest.mark.parametrize("kind", CASES)
def test_a_part_is_taken_away(kind: str) -> None:
    field, given, part, left = CASES[kind]
    rows = {"number": (1.0, 2.0, 7.0), "category": ("b", "a", "b")}.get(kind, ())
    assert without(task(field, *rows), {"f": field.parse(given)}, [part]) == {"f": field.parse(left)}


def test_regions_are_covered_and_the_rest_stays_to_the_pixel() -> None:
    field = ImageField(name="f", label="F")
    raw = {"f": field.parse(PHOTO)}
    players: Any = Parts(task(field), raw, None).players["f"]
    region = players.together(players.groups[0])
    found = np.asarray(without(task(field), raw, [region.id])["f"])
    gone = np.isin(players.atoms, players.groups[0])
    before = np.asarray(raw["f"])
    assert (found[~gone] == before[~gone]).all()
    assert (found[gone] != before[gone]).any()


def test_stretches_are_silent() -> None:
    field = AudioField(name="f", label="F")
    raw = {"f": Sound(np.ones(4_800, np.float32))}
    found = without(task(field), raw, ["f:0.10-0.20"])["f"]
    assert found.samples[1_600:3_200].max() == 0 and found.samples[:1_600].min() == 1


def test_every_kind_of_field_is_tried_here() -> None:
    assert {*CASES, "image", "audio"} == set(FieldPlayers.kinds)


@pytest.mark.parametrize(
    ("kind", "part", "message"),
    [
        ("text", "f:99-104", "“f:99-104” cannot be hidden here"),
        ("scene", "f:1.lane", "no reference road has such a car"),
        ("scene", "f:speed", "no reference road has such a car"),
        ("number", "f", "What is usual is not known here"),
        ("labels", "f:b", "may have 2 to 20 entries, got 1"),
    ],
)
def test_what_cannot_be_hidden_is_said(kind: str, part: str, message: str) -> None:
    field, given, *_ = CASES[kind]
    given = ["a", "b"] if kind == "labels" else given
    with pytest.raises(InputError, match=message):
        without(task(field), {"f": field.parse(given)}, [part])


def test_what_an_explanation_joined_is_hidden_as_a_whole() -> None:
    movies, memory = load(models.find()["movies"]), Memory()
    raw = movies.parse(movies.demo.examples[0].inputs)
    found = explain(movies, movies.demo.examples[0].inputs, memory=memory, evaluations=64)
    known = memory.latest(movies, raw)
    assert known is not None and known.explanation == found
    one = found.features[0]
    left = without(movies, raw, [one.id], known)["history"]
    assert [item for item in raw["history"] if item not in left] == [(one.where or {})["item"]]


def test_several_columns_become_usual_together() -> None:
    loans = load(models.find()["home-loans"])
    raw = loans.parse(loans.demo.examples[0].inputs)
    names = [field.name for field in loans.demo.inputs if field.role == "input"][:2]
    assert set(without(loans, raw, names)) == set(names)


def test_a_part_of_a_figure_carries_what_a_click_needs_and_nothing_unescaped() -> None:
    found, _ = words('<b>"x"</b> y', [0.1, 0.2])
    assert "<b>" not in pick(found.features[0]) and 'data-verb="Leave out"' in pick(found.features[0])
    assert verb(Feature("series:calendar", "series", "Time of year")) == ""
    assert verb(Feature("road:1.lane", "road", "lane of car 1", {"car": 1, "part": "lane"})) == USUAL


def test_a_number_of_a_car_becomes_the_middle_of_those_that_hide_it() -> None:
    task = load(models.find()["highway"])
    raw = task.parse(task.demo.examples[0].inputs)
    (name,) = raw
    speeds = []
    for row in task.background:
        kept = [True] * (len(OWN) + len(OF_CAR) * len(raw[name].cars))
        kept[len(OWN) + OF_CAR.index("speed")] = False
        other = mixed(raw[name], kept, row[name])
        speeds += [other.cars[0].speed] if len(other.cars) == len(raw[name].cars) else []
    found = without(task, raw, [f"{name}:1.speed"])[name]
    assert found.cars[0].speed == pytest.approx(np.median(speeds), abs=0.1)
    assert found.cars[0].distance == raw[name].cars[0].distance and found.cars[1:] == raw[name].cars[1:]
    own = without(task, raw, [f"{name}:lane", f"{name}:2"])[name]
    assert own.lane == Counter(row[name].lane for row in task.background).most_common(1)[0][0]
    assert own.cars == raw[name].cars[:1] + raw[name].cars[2:]
