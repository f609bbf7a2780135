"""Which reasons changed most from one input to another: matched by what they are, not by where they stand."""

from dataclasses import replace

import pytest
from explained import explained, words

from explain.shifts import shifts
from explain.types import LabelMap
from inference.types import ItemTarget


def told(*args: object) -> list[tuple[str, float | None, float | None]]:
    return [(shift.label, shift.before, shift.after) for shift in shifts(*args)]  # type: ignore[arg-type]


def test_words_are_the_same_wherever_they_stand() -> None:
    before, _ = words("a very fine day", [0.0, 0.1, 0.4, 0.0])
    after, _ = words("a fine, day", [0.0, 0.2, 0.05])
    assert told(before, after) == [("fine,", 0.4, 0.2), ("very", 0.1, None), ("day", 0.0, 0.05)]


def test_of_two_targets_nothing_is_compared() -> None:
    before, _ = words("a day", [0.1, 0.2])
    assert shifts(before, replace(before, target=ItemTarget("negative"), values=(0.5, 0.5))) == []


def test_at_most_five_are_told_the_largest_change_first() -> None:
    before, after = explained([0.0] * 7), explained([0.01 * i for i in range(7)])
    assert [shift.by for shift in shifts(before, after)] == pytest.approx([0.06, 0.05, 0.04, 0.03, 0.02])


def test_regions_of_a_picture_that_is_cut_otherwise_are_not_the_same() -> None:
    one = explained([0.1], ["region 1, left"], [{"region": 0}], label_map=LabelMap("text", 1, 1, "a"))
    assert told(one, replace(one, values=(0.3,))) == [("region 1, left", 0.1, 0.3)]
    assert shifts(one, replace(one, values=(0.3,), label_map=LabelMap("text", 1, 1, "b"))) == []


def test_passages_that_only_one_explanation_has_are_not_taken_for_parts_that_are_gone() -> None:
    before = explained([0.1, 0.2], ["a first sentence.", "the second."], [{"chars": [0, 17]}, {"chars": [18, 29]}])
    after = explained([0.3, 0.2], ["first", "the second."], [{"chars": [2, 7]}, {"chars": [18, 29]}])
    assert shifts(before, after) == []


def test_cars_keep_their_reasons_when_their_numbers_change() -> None:
    cars = [{"car": 1}, {"car": 2, "part": "lane"}, {"car": 2, "part": "speed"}]
    before = explained([0.1, 0.2, 0.3], ["car 1: near", "lane of car 2", "speed of car 2"], cars)
    after = explained([0.1], ["car 1: far"], [{"car": 1}])
    found = told(before, after, {"text": {1: None, 2: 1}})
    assert found == [("car 1", pytest.approx(0.5), 0.1), ("car 1", 0.1, None)]
