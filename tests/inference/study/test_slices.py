"""Slices beside the whole: which rows they are, how they compare, and that chance is not taken for a finding."""

import numpy as np
import pytest
from scipy import stats

from inference.errors import InputError
from inference.study import slices
from inference.study.losses import Losses, losses
from inference.study.results import Answers
from inference.study.slices import by, interval, queries_of
from inference.study.traits import Trait


def number(values: object, name: str = "age") -> Trait:
    return Trait(name, name.capitalize(), "number", np.array(values, np.float64), "years")


def category(values: object, name: str = "town") -> Trait:
    return Trait(name, name.capitalize(), "category", np.array(values, object))


def wrong(values: object) -> Losses:
    return Losses(np.array(values, np.float64), "error rate", True)


def test_bins_hold_every_known_row_once_and_what_is_missing_apart() -> None:
    values = np.random.default_rng(0).lognormal(size=500)
    values[:20] = np.nan
    trait = number(values)
    from inference.study.queries import select

    masks = [select(query, [trait]) for _, query in queries_of(trait)]
    np.testing.assert_array_equal(np.sum(masks, axis=0), 1)
    assert [int(mask.sum()) for mask in masks] == [120, 120, 120, 120, 20]


def test_few_values_and_many_categories() -> None:
    assert [query for _, query in queries_of(number([1, 2, 2, 3]))] == ["age == 1", "age == 2", "age == 3"]
    many = category([f"t{place}" for place in range(20) for _ in range(20 - place)])
    found = by(many, wrong(np.zeros(210)))
    assert len(found.slices) == slices.MOST and found.slices[-1].name == "Town: 9 others"
    assert sum(each.rows for each in found.slices) == 210


def test_a_slice_has_its_mean_beside_the_whole_with_the_interval_of_wilson() -> None:
    found = by(category(["a"] * 100 + ["b"] * 300), wrong([1] * 40 + [0] * 60 + [1] * 30 + [0] * 270))
    first = found.slices[1]
    assert (first.name, first.rows, first.value, first.rest) == ("Town a", 100, 0.4, 0.1)
    assert found.whole.value == pytest.approx(70 / 400)
    low, high = stats.binomtest(40, 100).proportion_ci(method="wilson")
    assert first.interval == pytest.approx((low, high))
    assert [each.verdict for each in found.slices] == ["better", "worse"]
    assert slices.sentence(found) == "Worse than the rest by more than chance explains: Town a."


def test_small_slices_are_there_and_marked() -> None:
    found = by(category(["a"] * 5 + ["b"] * 200), wrong([1] * 5 + [0] * 200))
    assert {each.name: (each.rows, each.verdict) for each in found.slices} == {
        "Town b": (200, "better"),
        "Town a": (5, "small"),
    }


def test_amounts_have_the_interval_of_student_and_no_negative_end() -> None:
    values = np.array([1.0, 2.0, 3.0, 40.0])
    found = interval(values, False)
    assert found is not None and found[0] == 0.0
    assert found[1] == pytest.approx(stats.t.interval(0.95, 3, values.mean(), stats.sem(values))[1])


def test_chance_is_rarely_taken_for_a_finding() -> None:
    """Over 200 files of noise, at most as many have a slice called worse or better as 5 % allows, and some slack."""
    generator, alarms = np.random.default_rng(0), 0
    for _ in range(200):
        found = by(category(generator.choice(list("abcdefgh"), 600)), wrong(generator.random(600) < 0.2))
        alarms += any(each.verdict in ("worse", "better") for each in found.slices)
    assert alarms <= 16  # 95 % of such draws at a rate of 5 % have no more


def test_slices_travel_as_json() -> None:
    found = by(number(np.arange(100)), wrong(np.arange(100) % 2))
    assert slices.Slices.from_json(found.to_json()) == found


def test_losses_are_errors_of_labels_and_distances_of_amounts() -> None:
    labels = Answers(("a", "b"), np.zeros((4, 2)), np.array(["a", "b", "a", "b"], object), None)
    found = losses(labels, np.array(["a", "a", None, "other"], object))
    np.testing.assert_array_equal(found.values, [0, 1, np.nan, np.nan])
    amounts = Answers(("value",), np.zeros((3, 1)), np.array([1.0, 2.0, 3.0]), None)
    np.testing.assert_array_equal(losses(amounts, np.array([3.0, 2.0, np.nan]), "$").values, [2, 0, np.nan])
    with pytest.raises(InputError, match="column that holds the truth"):
        losses(amounts, None)
    with pytest.raises(InputError, match="No two rows"):
        losses(amounts, np.array([3.0, np.nan, np.nan]))
