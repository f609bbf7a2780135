"""Two explanations of one score: how far their orders, their strongest features and their signs agree."""

from collections.abc import Sequence

import numpy as np
import pytest
from explained import explained
from scipy.stats import kendalltau

from explain.sensitivity import Sensitivity, compare, kendall

WHERE = [{"chars": [0, 1]}] * 5


def agreement(first: Sequence[float], second: Sequence[float]) -> Sensitivity:
    places = WHERE[: len(first)]
    labels = list("abcde")[: len(first)]
    return compare(explained(first, labels, places), explained(second, labels, places, base=0.4))


@pytest.mark.parametrize("seed", range(10))
def test_the_rank_correlation_is_kendalls_tau_b(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 6, (2, 9)).astype(float)  # with ties
    assert kendall(a, b) == pytest.approx(kendalltau(a, b).statistic)


def test_the_same_values_agree_in_everything() -> None:
    found = agreement([0.4, -0.2, 0.1, 0.05], [0.8, -0.4, 0.2, 0.1])
    assert (found.rank_correlation, found.top, found.shared, found.signs) == (pytest.approx(1), 3, 3, 3)
    assert found.holds
    assert found.verdict == (
        "Hidden in another way, the order is much the same (Kendall’s\u00a0τ\u00a01.00): "
        "3 of the 3 strongest words are the same, and 3 of the 3 speak the same way."
    )


def test_turned_round_they_agree_in_nothing_but_the_strongest() -> None:
    found = agreement([0.4, -0.2, 0.1], [-0.4, 0.2, -0.1])
    assert (found.rank_correlation, found.shared, found.signs) == (pytest.approx(-1), 3, 0)
    assert not found.holds
    assert "the order is another one (Kendall’s\u00a0τ\u00a0−1.00)" in found.verdict


def test_a_sign_that_changes_at_the_top_is_enough_not_to_hold() -> None:
    found = agreement([0.5, 0.4, 0.02, 0.01, -0.001], [0.5, 0.4, -0.0005, 0.01, -0.001])
    assert found.rank_correlation is not None and found.rank_correlation > 0.7
    assert found.signs == 2
    assert not found.holds


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([0.4, 0.0], [0.3, 0.0], "the strongest word is the same, and speaks the same way."),
        ([0.4, 0.0], [-0.3, 0.1], "the strongest word is the same, and speaks the other way."),
    ],
)
def test_one_part_that_counts_is_spoken_of_as_one(first: list[float], second: list[float], said: str) -> None:
    assert agreement(first, second).verdict.endswith(said)


@pytest.mark.parametrize("dead", [0, 1])
def test_without_an_order_there_is_none_to_compare(dead: int) -> None:
    values = [[0.4, -0.2, 0.1], [0.0, 0.0, 0.0]]
    found = agreement(values[dead], values[1 - dead])
    assert found.rank_correlation is None
    assert not found.holds
    assert "no order to compare" in found.verdict


def test_the_comparison_travels_as_json() -> None:
    found = agreement([0.4, -0.2, 0.1], [0.3, -0.1, 0.2])
    assert Sensitivity.from_json(found.to_json()) == found
