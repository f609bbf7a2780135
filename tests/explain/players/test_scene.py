"""The players of a road: each car, and the numbers that it falls into."""

import numpy as np
import pytest

from explain.players import Players, Reference, ScenePlayers
from inference.fields import Car, Scene, SceneField

FIELD = SceneField(name="road", label="Road")
SCENE = Scene(2.0, 90.0, (Car(25.0, 2.0, 72.0), Car(-10.0, 1.0, 95.0)))
ROWS = [{"road": Scene(1.0, 80.0, (Car(50.0, 3.0, 100.0),))}, {"road": Scene(3.0, 100.0, (Car(30.0, 1.0, 60.0),))}]


def players() -> Players:
    return Players([FIELD], {"road": SCENE}, Reference.every(ROWS), "")


def scenes(*atoms: int) -> list[tuple[float, Scene]]:
    kept = np.zeros(8, bool)
    kept[list(atoms)] = True
    return [(weight, raw["road"]) for weight, raw in players().inputs(kept)]


def test_the_players_to_begin_with_are_the_own_numbers_and_whole_cars() -> None:
    found = players()
    assert found.groups == ((0,), (1,), (2, 3, 4), (5, 6, 7))
    assert [feature.label for feature in found.level(found.groups)] == [
        "your lane, 2",
        "your speed, 90 km/h",
        "car 1: 25 m ahead, lane 2, 72 km/h",
        "car 2: 10 m behind, lane 1, 95 km/h",
    ]
    assert [feature.where for feature in found.level(found.groups)][1:3] == [{"car": 0, "part": "speed"}, {"car": 1}]


def test_a_car_falls_into_its_numbers_which_name_it_as_their_parent() -> None:
    parts = players().level(((0,), (1,), (2,), (3, 4), (5, 6, 7)))
    assert [(part.id, part.parent) for part in parts[2:]] == [
        ("road:1.distance", "road:1"),
        ("road:1.lane+speed", "road:1"),
        ("road:2", None),
    ]
    assert parts[3].label == "lane and speed of car 1: lane 2, 72 km/h"


def test_a_hidden_car_is_absent_and_a_hidden_own_number_comes_from_each_reference_scene() -> None:
    assert scenes(0, 1, 5, 6, 7) == [(1.0, Scene(2.0, 90.0, (SCENE.cars[1],)))]
    assert scenes(1) == [(0.5, Scene(1.0, 90.0)), (0.5, Scene(3.0, 90.0))]


def test_a_hidden_number_of_a_car_that_is_there_comes_from_a_car_of_each_reference_scene() -> None:
    found = scenes(0, 1, 2, 3)
    assert [scene.cars for _, scene in found] == [(Car(25.0, 2.0, 100.0),), (Car(25.0, 2.0, 60.0),)]


def test_all_seen_is_the_scene_itself() -> None:
    assert scenes(*range(8)) == [(1.0, SCENE)]


def test_an_empty_road_has_the_own_numbers_alone() -> None:
    assert len(ScenePlayers(FIELD, Scene(1.0, 90.0), "2 reference rows").features) == 2


@pytest.mark.parametrize(("distance", "words"), [(0.4, "alongside"), (12.0, "12 m ahead"), (-7.5, "7.5 m behind")])
def test_where_a_car_is_stands_in_its_name(distance: float, words: str) -> None:
    scene = Scene(1.0, 90.0, (Car(distance, 2.0, 80.0),))
    assert ScenePlayers(FIELD, scene, "").together((2, 3, 4)).label == f"car 1: {words}, lane 2, 80 km/h"
