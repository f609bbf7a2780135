"""The detector without anchors: boxes from maps, in the form that transformers' own pipeline reads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import load
from PIL import Image
from transformers import pipeline

from inference import models
from inference.boxes import BoxesTask, overlap
from inference.modeling.points import NOWHERE, STRIDE, PointsConfig, PointsForObjectDetection, corners

FOLDER = models.find()["trees"]
PICTURE = FOLDER / "examples" / "yellowstone.jpg"


@pytest.fixture
def network() -> PointsForObjectDetection:
    torch.manual_seed(0)
    return PointsForObjectDetection(PointsConfig(tf_padding=False, id2label={0: "tree"})).eval()


@pytest.fixture
def detector() -> BoxesTask:
    task = load(FOLDER)
    assert isinstance(task, BoxesTask)
    return task


@pytest.mark.parametrize("size", [(64, 64), (50, 70), (1, 1), (33, 16)])
@torch.no_grad()
def test_pictures_of_any_size_have_boxes_within_them(network: PointsForObjectDetection, size: tuple[int, int]) -> None:
    found = network(torch.rand(2, 3, *size))
    low, high = (found.pred_boxes[..., :2] + sign * found.pred_boxes[..., 2:] / 2 for sign in (-1, 1))
    assert found.logits.shape == (*found.pred_boxes.shape[:2], 2)
    assert float(low.min()) >= -1e-6
    assert float(high.max()) <= 1 + 1e-6
    assert bool(torch.isfinite(found.logits).all())


@torch.no_grad()
def test_a_box_is_where_its_place_and_its_four_distances_say(network: PointsForObjectDetection) -> None:
    middles, sides = torch.full((1, 1, 16, 16), -9.0), torch.full((1, 4, 16, 16), 4.0)
    middles[0, 0, 5, 8], sides[0, :, 5, 8] = 3.0, torch.tensor([6.0, 8.0, 10.0, 12.0])
    network.maps = lambda pixels: (middles, sides)  # type: ignore[method-assign]
    found = network(torch.rand(1, 3, 64, 64))
    x, y = 8.5 * STRIDE, 5.5 * STRIDE
    ends = torch.tensor([x - 6, y - 8, x + 10, y + 12]) / 64
    middle, size = (ends[:2] + ends[2:]) / 2, ends[2:] - ends[:2]
    assert found.logits[0, 0].tolist() == [3.0, 0.0]
    torch.testing.assert_close(found.pred_boxes[0, 0], torch.cat([middle, size]))


@torch.no_grad()
def test_a_place_beside_a_likelier_one_is_no_thing_of_its_own(network: PointsForObjectDetection) -> None:
    middles = torch.full((1, 1, 16, 16), -9.0)
    middles[0, 0, 5, 8], middles[0, 0, 6, 9], middles[0, 0, 5, 11] = 3.0, 2.0, 1.0
    network.maps = lambda pixels: (middles, torch.ones(1, 4, 16, 16))  # type: ignore[method-assign]
    logits = network(torch.rand(1, 3, 64, 64)).logits[0, :, 0]
    assert logits[:2].tolist() == [3.0, 1.0]
    assert 2.0 not in logits and NOWHERE in logits


def test_corners_are_counted_from_the_middle_of_a_place() -> None:
    boxes = corners(torch.full((1, 4, 2, 3), 2.0))
    assert boxes[0, :, 1, 2].tolist() == [8.0, 4.0, 12.0, 8.0]


def test_it_loads_as_any_detector_does_and_says_the_same(detector: BoxesTask) -> None:
    bare = pipeline("object-detection", model=str(FOLDER))(str(PICTURE), threshold=0.5)
    found = detector.predict({"image": PICTURE, "threshold": 0.5}).prediction
    ours = {(item.name, item.box): item.score for item in found.items}
    theirs = {(each["label"], tuple(each["box"].values())): each["score"] for each in bare}
    assert ours.keys() <= theirs.keys() and ours
    np.testing.assert_allclose(list(ours.values()), [theirs[key] for key in ours], rtol=1e-5)


def test_crowns_that_people_marked_in_a_held_out_picture_are_found(detector: BoxesTask) -> None:
    """Five of the clearest; the whole picture has 28, of which about half are found (its card)."""
    marked = [(17, 166, 75, 229), (74, 168, 138, 238), (0, 28, 42, 101), (34, 64, 98, 145), (115, 267, 173, 323)]
    found = detector.predict({"image": PICTURE, "threshold": 0.25}).prediction
    boxes = np.array([item.box for item in found.items], dtype=float)
    assert sum(overlap(boxes, box).max() >= 0.5 for box in marked) >= 4
    assert len(boxes) < 40


@pytest.mark.parametrize("colour", [0, 127, 255])
def test_a_blank_picture_has_no_trees(detector: BoxesTask, colour: int) -> None:
    answer = detector.predict({"image": Image.new("RGB", (300, 200), (colour,) * 3), "threshold": 0.5})
    assert not answer.prediction.items
    assert answer.decision is None


def test_a_picture_that_is_not_resized_is_not_said_to_be_enlarged(detector: BoxesTask) -> None:
    answer = detector.predict({"image": PICTURE})
    assert not [text for text in answer.warnings if "enlarged" in text]
    assert "as they are" in str(answer.trace[1].words)


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in Path(FOLDER).rglob("*") if path.is_file()) < 2_000_000
