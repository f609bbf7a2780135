"""Which found boxes are right, and average precision, on cases that can be counted by hand."""

import numpy as np
import pytest

from assets.recipes.detection import Matches, average_precision, interval, match, together

TRUE = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], dtype=float)
ALL = np.ones(3, bool)


def test_a_true_box_is_found_once_and_a_second_time_it_is_wrong() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [60, 0, 70, 10]], dtype=float)
    found = match(boxes, np.array([0.5, 0.9, 0.7]), TRUE, ALL)
    assert found.scores.tolist() == [0.9, 0.7, 0.5]
    assert found.hits.tolist() == [True, False, False]
    assert found.total == 3


@pytest.mark.parametrize(("end", "right"), [(20.0, True), (21.0, False)])
def test_half_of_the_joint_area_is_enough(end: float, right: bool) -> None:
    found = match(np.array([[0, 0, end, 10]]), np.array([1.0]), TRUE[:1], ALL[:1])
    assert found.hits.tolist() == [right]


def test_a_box_that_is_not_asked_for_counts_neither_way() -> None:
    found = match(TRUE, np.array([0.9, 0.8, 0.7]), TRUE, np.array([True, False, True]))
    assert found.hits.tolist() == [True, True]
    assert found.total == 2


@pytest.mark.parametrize("boxes", [np.zeros((0, 4)), TRUE])
def test_a_picture_without_true_boxes_has_only_wrong_ones(boxes: np.ndarray) -> None:
    found = match(boxes, np.ones(len(boxes)), np.zeros((0, 4)), np.zeros(0, bool))
    assert not found.hits.any()
    assert len(found.hits) == len(boxes)


def test_average_precision_is_the_area_below_the_falling_curve() -> None:
    # precision 1, 1/2, 2/3, made falling 1, 2/3, 2/3; two of four found, so 1/4 · 1 + 1/4 · 2/3
    found = Matches(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 4)
    assert average_precision(found) == pytest.approx(0.25 + 0.25 * 2 / 3)
    assert average_precision(Matches(np.zeros(0), np.zeros(0, bool), 4)) == 0


def test_precision_and_recall_are_of_the_boxes_from_a_score_on() -> None:
    found = Matches(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 4)
    assert found.at(0.75) == pytest.approx((0.5, 0.25, 2 / 6))
    assert found.at(0.95) == (1.0, 0.0, 0.0)


def test_the_interval_is_around_the_figure_and_closes_where_pictures_are_alike() -> None:
    good, bad = (Matches(np.array([0.9]), np.array([hit]), 1) for hit in (True, False))
    low, high = interval([good, bad] * 8, count=200)
    assert low < average_precision(together([good, bad] * 8)) < high
    assert interval([good] * 4, count=50).tolist() == [1.0, 1.0]
