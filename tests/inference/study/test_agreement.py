"""Two models on the same rows: shares, tests and intervals by hand-counted cases."""

import math

import numpy as np
import pytest

from inference.study import agreement
from inference.study.agreement import Agreement, Quality
from inference.study.results import Answers
from inference.study.timing import interleaved


def labels(*said: str, scores: list[float] | None = None) -> Answers:
    """Answers of a classifier of yes and no."""
    yes = np.array(scores or [0.9 if each == "yes" else 0.1 for each in said])
    acted = np.array(["do" if each > 0.8 else "leave" for each in yes], object)
    return Answers(("yes", "no"), np.column_stack([yes, 1 - yes]), np.array(said, object), acted)


def values(*said: float) -> Answers:
    return Answers(("value",), np.array(said)[:, None], np.array(said), None)


def test_the_share_that_say_the_same_has_wilsons_interval() -> None:
    found = agreement.between(labels("yes", "yes", "no", "no"), labels("yes", "no", "no", "no"))
    assert (found.same.value, found.same.rows) == (0.75, 4)
    assert found.same.low == pytest.approx(0.3006, abs=1e-4) and found.same.high == pytest.approx(0.9544, abs=1e-4)
    assert found.decisions and found.decisions.value == 0.75
    assert found.difference == pytest.approx(0.2)
    assert Agreement.from_json(found.to_json()) == found


def test_values_are_the_same_within_a_hundredth() -> None:
    found = agreement.between(values(100, 200, -50), values(100.9, 203, -50.4))
    assert found.same.value == pytest.approx(2 / 3)
    assert found.difference == pytest.approx((0.9 + 3 + 0.4) / 3)


def test_models_without_a_label_in_common_differ_everywhere() -> None:
    other = Answers(("ham",), np.ones((2, 1)), np.array(["ham", "ham"], object), None)
    found = agreement.between(labels("yes", "no"), other)
    assert (found.same.value, found.difference, found.decisions) == (0, None, None)


def test_mcnemar_counts_the_rows_that_one_alone_has_right() -> None:
    first = np.array([True] * 9 + [False] * 1 + [True] * 5)
    second = np.array([False] * 9 + [True] * 1 + [True] * 5)
    assert agreement.mcnemar(first, second) == pytest.approx(2 * (1 + 10) / 2**10)
    assert agreement.mcnemar(first, first) == 1


def test_a_classifier_is_judged_by_accuracy_where_the_truth_is_known() -> None:
    truth = np.array(["yes", "yes", None, "no"], object)
    found = agreement.against(labels("yes", "yes", "no", "no"), labels("yes", "no", "yes", "no"), truth)
    assert found is not None and Quality.from_json(found.to_json()) == found
    assert (found.first, found.second, found.p, found.gain.rows) == (1, pytest.approx(2 / 3), 1, 3)
    assert found.gain.value == pytest.approx(-1 / 3)


def test_a_regression_is_judged_by_its_error_with_a_paired_bootstrap() -> None:
    truth = np.arange(40.0)
    found = agreement.against(values(*(truth + 2)), values(*(truth + 1)), np.append(truth[:-1], math.nan))
    assert found is not None and found.p is None
    assert (found.first, found.second) == (pytest.approx(2), pytest.approx(1))
    assert (found.gain.value, found.gain.low, found.gain.high, found.gain.rows) == (1, 1, 1, 39)


def test_without_any_truth_there_is_no_quality() -> None:
    assert agreement.against(labels("yes"), labels("yes"), np.array([None], object)) is None
    assert agreement.against(values(1), values(1), np.array([math.nan])) is None


def test_a_mean_of_one_row_has_no_interval_and_of_none_is_an_error() -> None:
    assert agreement.mean(np.array([3.0, math.nan])).low is None
    with pytest.raises(ValueError, match="no row"):
        agreement.mean(np.array([math.nan]))


def test_the_interval_of_a_mean_covers_it_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [agreement.mean(rng.normal(1, 1, 30)) for _ in range(100)]
    assert 85 <= sum((each.low or 9) <= 1 <= (each.high or -9) for each in found) <= 100


def test_a_rank_correlation_needs_three_rows_and_an_order() -> None:
    assert agreement.correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 9])) == pytest.approx(1)
    assert agreement.correlation(np.array([1.0, 2]), np.array([2.0, 4])) is None
    assert agreement.correlation(np.array([1.0, 1, 1]), np.array([2.0, 4, 9])) is None


def test_times_are_taken_in_turns_after_a_warm_up() -> None:
    done: list[str] = []
    found = interleaved([lambda: done.append("a"), lambda: done.append("b")], rounds=3)
    assert "".join(done) == "ab" + "ababab"
    assert [each.rounds for each in found] == [3, 3]
    assert all(each.shortest <= each.median <= each.longest for each in found)
