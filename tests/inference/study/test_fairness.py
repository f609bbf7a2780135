import numpy as np
import pytest

from inference.errors import InputError
from inference.study import fairness as module
from inference.study.costs import Costs
from inference.study.fairness import OTHERS, UNKNOWN, Fairness, fairness
from inference.study.parity import GOALS, parity, price

random = np.random.default_rng(0)


def test_rates_per_group_by_hand() -> None:
    truth = np.array([1, 1, 0, 0, 1, 0], bool)
    flagged = np.array([1, 0, 1, 0, 1, 0], bool)
    one, two = fairness("sex", truth, flagged, ["a"] * 4 + ["b"] * 2).groups
    assert (one.name, one.rows, two.name, two.rows) == ("a", 4, "b", 2)
    assert (one.selected.value, one.true_positive_rate.value, one.false_positive_rate.value) == (0.5, 0.5, 0.5)
    assert one.accuracy.value == 0.5 and two.accuracy.value == 1
    assert one.true_positive_rate.rows == 2 and one.small and two.small


def test_a_rate_of_none_out_of_twelve_is_not_called_certain() -> None:
    (found,) = fairness("sex", [False] * 12, [False] * 12, ["a"] * 12).groups
    assert found.selected.value == 0 and found.selected.interval == pytest.approx((0, 0.2425), abs=1e-3)
    assert found.true_positive_rate.value is None and found.true_positive_rate.rows == 0


def test_small_groups_are_marked_and_kept_out_of_the_largest_difference() -> None:
    groups = ["a"] * 100 + ["b"] * 100 + ["c"] * 29
    flagged = np.array([True] * 50 + [False] * 50 + [True] * 30 + [False] * 70 + [True] * 29)
    found = fairness("sex", random.random(229) < 0.5, flagged, groups)
    assert [(each.name, each.small) for each in found.groups] == [("a", False), ("b", False), ("c", True)]
    selected = found.spreads[0]
    assert (selected.value, selected.lowest, selected.highest) == (pytest.approx(0.2), "b", "a")
    deviation = (0.5 * 0.5 / 100 + 0.3 * 0.7 / 100) ** 0.5
    assert selected.interval == pytest.approx((0.2 - 1.96 * deviation, 0.2 + 1.96 * deviation), abs=0.03)


def test_missing_groups_have_a_name_and_many_are_gathered() -> None:
    groups = [None, "", float("nan")] + [f"g{i}" for i in range(40) for _ in range(3)]
    found = fairness("town", [True] * 123, [True] * 123, groups)
    names = [each.name for each in found.groups]
    assert UNKNOWN in names and OTHERS in names and len(names) == module.MOST
    assert sum(each.rows for each in found.groups) == 123


def test_no_rows_are_told() -> None:
    with pytest.raises(InputError, match="no rows"):
        fairness("sex", [], [], [])


def test_fairness_travels_as_json() -> None:
    found = fairness("sex", random.random(90) < 0.5, random.random(90) < 0.5, ["a", "b", "c"] * 30)
    assert Fairness.from_json(found.to_json()) == found


@pytest.fixture(scope="module")
def lending() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two groups of which one is scored lower than it should be, and one that is too small."""
    groups = np.array(["a"] * 1200 + ["b"] * 800 + ["c"] * 10)
    truth = random.random(2010) < np.where(groups == "b", 0.4, 0.5)
    scores = np.clip(random.normal(0.45, 0.15, 2010) + truth * 0.2 - (groups == "b") * 0.15, 0, 1)
    return truth, scores, groups


@pytest.mark.parametrize("goal", GOALS)
def test_thresholds_per_group_bring_the_stated_rates_together(goal: str, lending: tuple[np.ndarray, ...]) -> None:
    found = parity(goal, "sex", *lending, threshold=0.55)  # type: ignore[arg-type]
    stated = {
        "demographic_parity": ["selected"],
        "true_positive_rate_parity": ["true_positive_rate"],
        "false_positive_rate_parity": ["false_positive_rate"],
        "equalized_odds": ["true_positive_rate", "false_positive_rate"],
    }[goal]
    before, after = ({each.rate: each.value for each in some.spreads} for some in (found.before, found.after))
    for rate in stated:
        assert before[rate] > 0.15 > 0.08 > after[rate]
    assert {rule.name for rule in found.rules} == {"a", "b"} and found.left_out == ("c",)
    assert "must be known when the decision is made" in found.means


def test_the_price_is_counted_beside_one_threshold_for_all(lending: tuple[np.ndarray, ...]) -> None:
    found = parity("demographic_parity", "sex", *lending, threshold=0.55, costs=Costs(1, 5))
    given, single, per_group = found.accuracy
    assert single >= given - 0.02 and 0.5 < per_group <= 1
    truth, scores = (each[lending[2] != "c"] for each in lending[:2])
    assert found.cost[0] == pytest.approx(((scores >= 0.55) & ~truth).mean() + 5 * ((scores < 0.55) & truth).mean())
    assert price(truth, truth, Costs()) == 0


def test_goals_and_groups_that_cannot_be_are_told() -> None:
    with pytest.raises(InputError, match="goal"):
        parity("peace", "sex", [True], [0.5], ["a"], 0.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="two groups with 30 rows"):
        parity("equalized_odds", "sex", [True, False] * 20, [0.5] * 40, ["a"] * 40, 0.5)
