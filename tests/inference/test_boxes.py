"""Labelled boxes: what is found, what their ids say, and the score that an explanation is of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import load
from PIL import Image

from explain import explain
from inference.boxes import BoxesTask, overlap, parsed
from inference.errors import InputError
from inference.fields import ImageField
from inference.types import ItemTarget


@pytest.fixture
def detector(tiny_models: Callable[[str], Path]) -> BoxesTask:
    task = load(tiny_models("tiny-detector"))
    assert isinstance(task, BoxesTask)
    return task


def inputs(task: BoxesTask, **more: float) -> dict[str, object]:
    return task.demo.examples[0].inputs | more


@pytest.mark.parametrize(
    ("box", "expected"),
    [((0, 0, 4, 4), 1.0), ((2, 0, 6, 4), 1 / 3), ((4, 4, 8, 8), 0.0), ((1, 1, 3, 3), 0.25), ((-4, 0, 4, 4), 0.5)],
)
def test_overlap_is_shared_area_over_joint_area(box: tuple[float, float, float, float], expected: float) -> None:
    assert overlap(np.array([[0.0, 0.0, 4.0, 4.0]]), box) == pytest.approx(expected)


def test_an_id_says_label_and_box() -> None:
    assert parsed("traffic light@-3,0,10,20") == ("traffic light", (-3, 0, 10, 20))
    assert parsed("a@b@1,2,3,4") == ("a@b", (1, 2, 3, 4))


@pytest.mark.parametrize("bad", ["", "car", "car@1,2,3", "car@a,b,c,d", "@1,2,3,4", "car@1.5,2,3,4", "car@5,0,1,1"])
def test_another_id_is_refused_with_its_form(bad: str) -> None:
    with pytest.raises(InputError, match=r"label@x0,y0,x1,y1|upper left"):
        parsed(bad)


def test_a_label_that_the_model_does_not_know_is_told_those_it_knows(detector: BoxesTask) -> None:
    with pytest.raises(InputError, match="sign"):
        explain(detector, inputs(detector), "dog@0,0,10,10", evaluations=8)


def test_the_score_of_every_box_shown_is_the_one_that_is_explained(detector: BoxesTask) -> None:
    raw = detector.parse(inputs(detector))
    prediction = detector.predict(inputs(detector)).prediction
    scores = detector.scores([raw], [ItemTarget(item.id) for item in prediction.items])
    np.testing.assert_allclose(scores[0], prediction.scores, rtol=1e-5)


def test_a_box_that_was_not_found_has_a_score_too(detector: BoxesTask) -> None:
    score = detector.scores([detector.parse(inputs(detector))], [ItemTarget("person@0,0,512,512")])[0, 0]
    assert 0 <= score < 0.5


def test_a_lower_threshold_shows_more_boxes(detector: BoxesTask) -> None:
    few, many = (detector.predict(inputs(detector, threshold=least)).prediction for least in (0.9, 0.3))
    assert 0 < len(few.items) < len(many.items)
    assert all(item.score > 0.9 for item in few.items)


def test_a_picture_without_boxes_has_an_answer_and_no_explanation(detector: BoxesTask) -> None:
    grey = {"image": Image.new("RGB", (64, 64), "grey"), "threshold": 0.95}
    answer = detector.predict(grey)
    assert answer.prediction.items == () and answer.decision is None
    with pytest.raises(InputError, match="nothing to explain"):
        explain(detector, grey)


def test_boxes_are_in_the_pixels_that_were_sent(detector: BoxesTask) -> None:
    photo = Image.open(detector.folder / detector.demo.examples[0].inputs["image"]).convert("RGB")
    field, double = detector.demo.first("image"), tuple(4 * side for side in photo.size)
    assert isinstance(field, ImageField) and field.max_side < max(double)  # so that the model sees a smaller one
    (small, *_), (large, *_) = (
        detector.predict({"image": each}).prediction.items for each in (photo, photo.resize(double))
    )
    assert small.box and large.box
    np.testing.assert_allclose(np.array(large.box) / 4, small.box, atol=8)


def test_pictures_of_different_sizes_get_in_a_batch_what_they_get_alone(detector: BoxesTask) -> None:
    wide = {"image": Image.new("RGB", (300, 80), "navy"), "threshold": 0.1}
    together = detector.predict_batch([inputs(detector), wide])
    assert together == [detector.predict(each).prediction for each in (inputs(detector), wide)]
