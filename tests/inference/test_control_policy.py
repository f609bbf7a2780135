"""The task of driving: a car is hidden alike by the users' door and on tensors, and what cannot be done says why."""

import numpy as np
import pytest
from conftest import load

from explain import explain
from explain.scoring import door, scorer
from inference import models
from inference.errors import InputError
from inference.task import Task
from inference.types import ItemTarget

INPUT = {
    "scene": {
        "lane": 1,
        "speed": 95,
        "cars": [
            {"distance": 20, "lane": 1, "speed": 72},
            {"distance": 6, "lane": 2, "speed": 90},
            {"distance": -20, "lane": 1, "speed": 85},
        ],
    }
}


@pytest.fixture
def highway() -> Task:
    return load(models.find()["highway"])


def test_the_pipeline_takes_one_scene_or_many(highway: Task) -> None:
    one = highway.pipeline(INPUT["scene"])
    assert [entry["action"] for entry in one][-1] == "left"  # there is no lane to the left
    assert sum(entry["probability"] for entry in one) == pytest.approx(1)
    assert highway.pipeline([INPUT["scene"]] * 2) == [one, one]


def test_what_cannot_be_done_says_why_and_comes_last(highway: Task) -> None:
    items = highway.predict(INPUT).prediction.items
    assert (items[-1].id, items[-1].score) == ("left", 0)
    assert items[-1].facts == {"possible": "not possible in the leftmost lane"}
    assert items[0].facts is None


def test_a_coalition_is_scored_alike_by_the_users_door_and_on_tensors(highway: Task) -> None:
    raw, targets = highway.parse(INPUT), [ItemTarget("slower"), ItemTarget("keep")]
    play = scorer(highway, raw, targets, evaluations=50)
    coalitions = np.random.default_rng(0).random((40, len(play.players))) < 0.6
    coalitions[:2] = [[True] * len(play.players), [False] * len(play.players)]
    expected = door(highway, play.players, targets)(coalitions)
    np.testing.assert_allclose(play.game(coalitions), expected, atol=1e-4)


def test_an_empty_road_is_explained_by_the_own_lane_and_speed(highway: Task) -> None:
    found = explain(highway, {"scene": {"lane": 3, "speed": 90, "cars": []}})
    assert [feature.label for feature in found.features] == ["your lane, 3", "your speed, 90 km/h"]
    assert found.base + sum(found.values) == pytest.approx(found.score)


def test_an_action_that_does_not_exist_is_refused(highway: Task) -> None:
    with pytest.raises(InputError, match=r"'honk'.*left, keep, right, faster, slower"):
        explain(highway, INPUT, ItemTarget("honk"))
