"""Rows that belong together: how often intervals hold the truth where they are drawn one by one, and together."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from scipy import stats

from inference.study import clusters, weighted
from inference.study.bootstrap import Asked, draws, measured
from inference.study.fairness import fairness
from inference.study.losses import Losses
from inference.study.parity import crossed
from inference.study.search import halves, search
from inference.study.slices import difference, interval
from inference.study.traits import Trait

FILES, CUSTOMERS, EACH = 300, 60, 6
LEAST, MOST = 0.915, 0.985  # what 300 files of intervals at 95 % show in 99 of 100 cases, and a little more


def files(seed: int = 0) -> Any:
    """Files of customers with several rows each: how wrong a row is follows its customer more than chance."""
    generator = np.random.default_rng(seed)
    belongs = np.repeat(np.arange(CUSTOMERS), EACH)
    for _ in range(FILES):
        of_customer = generator.normal(size=CUSTOMERS)
        amounts = 10 + of_customer[belongs] + generator.normal(size=len(belongs))
        wrong = generator.random(len(belongs)) < stats.beta.ppf(stats.norm.cdf(of_customer), 0.6, 1.4)[belongs]
        yield amounts, wrong, belongs


def coverage(made: Callable[[Any, Any, Any], Any], truth: float) -> float:
    """The share of files whose interval holds the truth."""
    found = [made(*file) for file in files()]
    return float(np.mean([low <= truth <= high for low, high in found]))


def mean_of(values: Any, belongs: Any) -> Any:
    (found,) = measured([Asked("mean", float(values.mean()), weighted.mean_of(values))], len(values), clusters=belongs)
    return found.interval


@pytest.mark.parametrize(
    ("together", "alone", "truth"),
    [
        (lambda a, w, c: mean_of(a, c), lambda a, w, c: mean_of(a, None), 10),
        (lambda a, w, c: interval(a, False, c), lambda a, w, c: interval(a, False), 10),
        (lambda a, w, c: interval(w * 1.0, True, c), lambda a, w, c: interval(w * 1.0, True), 0.3),
    ],
    ids=["bootstrap", "amounts", "shares"],
)
def test_intervals_by_cluster_hold_the_truth_as_often_as_they_say_and_by_row_they_do_not(
    together: Callable[[Any, Any, Any], Any], alone: Callable[[Any, Any, Any], Any], truth: float
) -> None:
    assert LEAST <= coverage(together, truth) <= MOST
    assert coverage(alone, truth) < 0.85


def test_slices_of_customers_that_do_not_differ_are_rarely_called_worse() -> None:
    """A slice holds whole customers; by row, chance in the customers is taken for the slice."""
    inside = np.repeat(np.arange(CUSTOMERS) % 3 == 0, EACH)
    alarms = np.zeros(2)
    for amounts, _, belongs in files(1):
        for i, own in enumerate((belongs, None)):
            p = difference(Losses(amounts, "error", False, clusters=own), inside)
            alarms[i] += p is not None and p < 0.05
    together, alone = alarms / FILES
    assert 0.02 <= together <= 0.085 and alone > 0.15


def test_differences_between_groups_hold_their_truth() -> None:
    """Groups of whole customers, flagged at one rate: the interval of their difference holds 0."""
    group = np.where(np.repeat(np.arange(CUSTOMERS) % 2 == 0, EACH), "a", "b")
    held, few = np.zeros((2, 2)), 100
    for _, wrong, belongs in islice(files(2), few):
        for i, own in enumerate((belongs, None)):
            found = fairness("g", np.ones(len(wrong), bool), wrong, group, belongs=own)
            spread = next(each for each in found.spreads if each.rate == "selected")
            assert spread.interval
            held[i] += (
                spread.interval[0] <= 0,
                all(
                    each.selected.interval[0] <= 0.3 <= each.selected.interval[1]  # type: ignore[index]  # there are rows
                    for each in found.groups
                ),
            )
    together, alone = held / few
    assert together[0] >= 0.89 and alone[0] < 0.85  # as 95 % show in 99 of 100 cases
    assert together[1] >= 0.83 and alone[1] < 0.75  # of both groups at once


def test_model_and_rival_are_compared_on_the_same_clusters() -> None:
    _, wrong, belongs = next(files(3))
    model = Asked("a", float(wrong.mean()), weighted.mean_of(wrong), weighted.mean_of(~wrong))
    (found,) = measured([model], len(wrong), clusters=belongs)
    assert found.gain and found.gain[0] == pytest.approx(2 * (found.interval or (0, 0))[0] - 1)


def test_a_draw_holds_whole_clusters() -> None:
    belongs = np.array([4, 4, 7, 9, 9, 9])
    held = np.concatenate(list(draws(6, np.array([0, 1, 0, 1, 0, 1]), 0, belongs)))
    assert (held[:, 0] == held[:, 1]).all() and (held[:, 3] == held[:, 5]).all()
    assert (held[:, [0, 2, 3]].sum(1) == 3).all()


def test_rows_alone_in_their_clusters_have_the_intervals_of_independent_ones() -> None:
    values = np.random.default_rng(0).random(300) < 0.2
    alone = np.arange(300)
    assert clusters.effective(values, alone) == pytest.approx(300, rel=0.01)
    exact = stats.binomtest(int(values.sum()), 300).proportion_ci(method="wilson")
    assert clusters.wilson(float(values.mean()), 300) == pytest.approx((exact.low, exact.high))
    inside = np.arange(300) < 100
    amounts = values + np.random.default_rng(1).random(300)
    welch = stats.ttest_ind(amounts[inside], amounts[~inside], equal_var=False).pvalue
    assert clusters.difference(amounts, inside, alone) == pytest.approx(welch, rel=0.05)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_rows_that_are_all_alike_tell_as_much_as_their_clusters(share: float) -> None:
    belongs = np.repeat(np.arange(20), 50)
    found = clusters.effective(np.full(1_000, share), belongs)
    assert 15 < found <= 20
    low, high = clusters.wilson(share, found)
    assert high - low > 0.1 and 0 <= low <= share <= high <= 1


def test_one_cluster_tells_of_no_other() -> None:
    one, values = np.zeros(40, np.intp), np.random.default_rng(0).random(40)
    assert clusters.mean_interval(values, one) is None
    assert clusters.difference(values, values > 0.5, one) is None
    assert clusters.effective(values > 0.5, one) == 1


def test_an_empty_cell_belongs_to_no_other_row() -> None:
    found = clusters.coded(["b", "", "a", None, float("nan"), " b", 7, "7"])
    assert found[0] == found[5] and found[6] == found[7] and clusters.count(found) == 6


def test_halves_keep_together_what_belongs_together() -> None:
    belongs = np.random.default_rng(0).integers(50, size=400)
    first, second = halves(np.arange(400), belongs, 0)
    assert not set(belongs[first]) & set(belongs[second]) and len(first) + len(second) == 400
    truth, scores = np.arange(400) % 3 == 0, np.random.default_rng(1).random(400)
    groups = np.where(np.arange(400) % 2, "a", "b")
    single, _ = crossed("demographic_parity", truth, scores, groups, 0, belongs)
    assert len(single) == 400


def test_a_search_by_cluster_finds_what_is_planted_and_not_a_bad_customer() -> None:
    generator = np.random.default_rng(0)
    belongs = np.repeat(np.arange(200), 6)
    town = np.where(np.arange(200) % 2, "x", "y").astype(object)[belongs]
    noise = Trait("noise", "Noise", "number", generator.normal(size=200)[belongs])
    planted = generator.random(1_200) < np.where(town == "x", 0.4, 0.1)
    traits = [Trait("town", "Town", "category", town), noise]
    assert search(traits, Losses(planted * 1.0, "error rate", True, clusters=belongs)).found[0].query == 'town == "x"'
    by_customer = generator.random(200)[belongs] < 0.2
    assert not search(traits, Losses(by_customer * 1.0, "error rate", True, clusters=belongs)).found
