"""The driver's network: the same after save and load, blind to the order of cars, and never doing the impossible."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoFeatureExtractor, AutoModel

from inference.modeling.driver import ACTIONS, Driver, DriverConfig, SceneExtractor

CARS = [{"distance": d, "lane": lane, "speed": v} for d, lane, v in ((20, 2, 72), (-15, 1, 90), (60, 3, 80))]


def scene(*cars: dict[str, Any], lane: float = 2, speed: float = 90) -> dict[str, Any]:
    return {"lane": lane, "speed": speed, "cars": list(cars)}


@pytest.fixture
def driver() -> Driver:
    torch.manual_seed(0)
    return Driver(DriverConfig(width=16)).eval()


@torch.inference_mode()
def logits(driver: Driver, *scenes: dict[str, Any]) -> torch.Tensor:
    found = driver(**SceneExtractor()(scenes)).logits
    assert found is not None
    return found


def test_shapes_and_types(driver: Driver) -> None:
    batch = SceneExtractor()([scene(*CARS), scene()])
    found = driver(**batch)
    assert batch["cars"].shape == (2, 3, 3)
    assert batch["present"].tolist() == [[True] * 3, [False] * 3]
    assert (found.logits.shape, found.logits.dtype) == ((2, len(ACTIONS)), torch.float32)
    assert found.value.shape == (2,)


def test_a_model_is_the_same_after_save_and_load(driver: Driver, tmp_path: Path) -> None:
    driver.save_pretrained(tmp_path)
    SceneExtractor(lanes=2).save_pretrained(tmp_path)
    loaded, extractor = AutoModel.from_pretrained(tmp_path), AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(loaded) is Driver
    assert all(torch.equal(loaded.state_dict()[name], value) for name, value in driver.state_dict().items())
    torch.testing.assert_close(logits(loaded, scene(*CARS)), logits(driver, scene(*CARS)))
    assert (type(extractor), extractor.lanes, list(extractor.cruise)) == (SceneExtractor, 2, [72, 90, 108])


def test_the_order_of_cars_does_not_matter(driver: Driver) -> None:
    torch.testing.assert_close(logits(driver, scene(*CARS)), logits(driver, scene(*reversed(CARS))))


def test_a_scene_is_judged_alike_beside_one_with_more_cars(driver: Driver) -> None:
    together = logits(driver, scene(CARS[0]), scene(), scene(*CARS))
    torch.testing.assert_close(together[0], logits(driver, scene(CARS[0]))[0])
    torch.testing.assert_close(together[1], logits(driver, scene())[0])


@pytest.mark.parametrize(
    ("lane", "speed", "impossible"),
    [
        (1, 90, {"left"}),
        (3, 90, {"right"}),
        (2, 90, set()),
        (1.4, 74, {"left", "slower"}),
        (2.6, 107, {"right", "faster"}),
        (2, 20, {"slower"}),
        (2, 150, {"faster"}),
    ],
)
def test_what_would_change_nothing_has_no_share(
    driver: Driver, lane: float, speed: float, impossible: set[str]
) -> None:
    shares = logits(driver, scene(*CARS, lane=lane, speed=speed))[0].softmax(0)
    assert {name for name, share in zip(ACTIONS, shares, strict=True) if share == 0} == impossible
