"""A road is read from an object or its JSON, and what cannot be a road gets a message that says why."""

import json
from typing import Any

import pytest

from inference.errors import InputError
from inference.fields import Car, Scene, SceneField
from inference.fields.scene import mixed, paired

ROAD = SceneField(name="scene", label="Road", max_cars=3, seen_speeds=(70, 110), seen_cars=(50, 110))
CAR = {"distance": 40, "lane": 2, "speed": 80}
INPUT: dict[str, Any] = {"lane": 2, "speed": 90, "cars": [CAR]}
AHEAD, BESIDE = Car(40.0, 2.0, 80.0), Car(5.0, 1.0, 70.0)


def refusal(value: Any) -> str:
    with pytest.raises(InputError) as error:
        ROAD.parse(value)
    return str(error.value)


@pytest.mark.parametrize("value", [INPUT, json.dumps(INPUT), {**INPUT, "lane": "2"}])
def test_an_object_and_its_json_are_the_same_road(value: Any) -> None:
    assert ROAD.parse(value) == Scene(2.0, 90.0, (AHEAD,), 3, "km/h")


@pytest.mark.parametrize("value", [{"lane": 1, "speed": 90}, {"lane": 1, "speed": 90, "cars": []}])
def test_a_road_may_be_empty(value: Any) -> None:
    assert ROAD.parse(value).cars == ()
    assert ROAD.describe(ROAD.parse(value)) == "Road: lane 1, 90 km/h, an empty road"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "Road is missing: send {"),
        ("", "Road is missing: send {"),
        ("{", "Road is no JSON, got '{'; send {"),
        ("[" * 100_000, "Road is no JSON"),
        ([1], "Road must be an object, got [1]; send {"),
        ({**INPUT, "wheels": 4}, "Road has lane, speed and cars, got also 'wheels'."),
        (
            {"speed": 90},
            "your lane is missing; enter a number between 1 and 3; the road has 3 lanes, 1 is the",
        ),
        ({**INPUT, "lane": 4}, "your lane must lie between 1 and 3, got 4; the road has 3 lanes"),
        ({**INPUT, "lane": True}, "your lane must lie between 1 and 3, got True"),
        ({**INPUT, "speed": float("nan")}, "your speed must lie between 0 and 150 km/h, got nan."),
        ({**INPUT, "speed": 10**400}, "your speed must lie between 0 and 150 km/h, got"),
        ({**INPUT, "speed": None}, "your speed is missing; enter a number between 0 and 150 km/h."),
        ({**INPUT, "cars": 3}, "Road: cars must be a list, empty for an empty road, got 3."),
        ({**INPUT, "cars": [CAR] * 4}, "Road may have 3 cars, got 4; leave out the farthest."),
        ({**INPUT, "cars": [7]}, "car 1 needs distance, lane and speed, got 7."),
        ({**INPUT, "cars": [{"distance": 3}]}, "car 1 needs distance, lane and speed, got {'distance': 3}."),
        ({**INPUT, "cars": [{**CAR, "lane": 0}]}, "the lane of car 1 must lie between 1 and 3, got 0"),
        (
            {**INPUT, "cars": [{**CAR, "distance": 500}]},
            "the distance of car 1 must lie between -60 and 120 m, got 500.",
        ),
        ({**INPUT, "cars": [CAR, {**CAR, "speed": -1}]}, "the speed of car 2 must lie between 0 and 150 km/h, got -1."),
        ({**INPUT, "cars": [CAR, {**CAR, "distance": 42}]}, "car 1 and car 2 stand inside one another, 2 m apart"),
        (
            {**INPUT, "cars": [{**CAR, "distance": 0}]},
            "your car and car 1 stand inside one another, 0 m apart in lane 2",
        ),
    ],
)
def test_what_is_no_road_is_refused(value: Any, message: str) -> None:
    assert message in refusal(value)


def test_cars_abreast_in_two_lanes_are_apart() -> None:
    assert len(
        ROAD.parse({**INPUT, "cars": [{**CAR, "distance": 0, "lane": 1}, {**CAR, "distance": 0, "lane": 3}]}).cars
    )


def test_speeds_outside_the_training_data_are_warned_of() -> None:
    scene = ROAD.parse({"lane": 1, "speed": 60, "cars": [CAR, {"distance": 80, "lane": 1, "speed": 20}]})
    own, other = ROAD.warnings(scene)
    assert own.startswith("Your speed, 60 km/h, lies outside the training data (70 km/h to 110 km/h)")
    assert other.startswith("The speed of car 2, 20 km/h")


def test_a_road_is_described_in_a_few_words() -> None:
    assert ROAD.describe(ROAD.parse(INPUT)) == "Road: lane 2, 90 km/h, 1 car"


@pytest.mark.parametrize("wrong", [{"lanes": 0}, {"max_cars": 0}, {"reach": (5, 5)}, {"speeds": (9, 1)}])
def test_a_field_without_a_road_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least 1|from low to high"):
        SceneField(name="scene", label="Road", **wrong)


# Mixed with another scene

SCENE, OTHER = Scene(2.0, 90.0, (AHEAD, BESIDE)), Scene(3.0, 100.0, (Car(10.0, 3.0, 60.0),))


def test_all_kept_is_the_scene_and_nothing_kept_is_an_empty_road_of_the_other() -> None:
    assert mixed(SCENE, [True] * 8, OTHER) == SCENE
    assert mixed(SCENE, [False] * 8, OTHER) == Scene(3.0, 100.0, ())


def test_a_car_of_which_a_number_is_kept_takes_the_others_from_a_car_of_the_other_scene() -> None:
    kept = [True, False, *(True, False, False), *(False, False, False)]
    assert mixed(SCENE, kept, OTHER) == Scene(2.0, 100.0, (Car(40.0, 3.0, 60.0),))


def test_where_the_other_scene_has_no_car_a_car_in_part_is_absent() -> None:
    empty = Scene(3.0, 100.0)
    assert mixed(SCENE, [True, True, True, False, True, True, True, True], empty).cars == (BESIDE,)


def test_cars_are_paired_in_turn() -> None:
    three = Scene(1.0, 90.0, (AHEAD, BESIDE, AHEAD))
    assert paired(three, SCENE) == [AHEAD, BESIDE, AHEAD]
    assert paired(three, Scene(1.0, 90.0)) == [None, None, None]
