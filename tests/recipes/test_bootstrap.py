"""Resampling: groups stay whole, a seed repeats, and the two ways to an interval of a mean agree."""

import numpy as np
import pytest

from assets.recipes import bootstrap
from assets.recipes.intervals import clopper_pearson

GROUPS = np.array(["b", "a", "b", "c", "a", "a"])


def test_a_sample_holds_whole_groups() -> None:
    for places in bootstrap.samples(GROUPS, count=20):
        drawn = {group: np.sum(GROUPS[places] == group) for group in "abc"}
        sizes = {"a": 3, "b": 2, "c": 1}
        assert all(drawn[group] % sizes[group] == 0 for group in sizes)
        assert sum(drawn[group] // sizes[group] for group in sizes) == 3


def test_a_seed_gives_the_same_samples() -> None:
    one, again, other = ([*bootstrap.samples(GROUPS, 5, seed)] for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("groups", [GROUPS, np.arange(6)])
def test_the_interval_of_a_mean_is_that_of_the_samples_means(groups: np.ndarray) -> None:
    values = np.array([0.2, 1.5, -3.0, 4.0, 0.0, 2.5])
    means = [values[places].mean() for places in bootstrap.samples(groups, 300)]
    assert bootstrap.of_mean(values, groups, 300) == pytest.approx(tuple(bootstrap.percentiles(means)))


def test_single_rows_are_drawn_where_no_groups_are_given() -> None:
    values = np.linspace(0, 1, 30)
    assert bootstrap.of_mean(values) == bootstrap.of_mean(values, np.arange(30))


def test_the_interval_of_a_mean_has_the_width_that_the_central_limit_theorem_gives() -> None:
    hits = np.arange(400) % 2 == 0  # a standard error of 0.5 / √400
    assert bootstrap.of_mean(hits) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.004)


@pytest.mark.parametrize("hit", [False, True])
def test_a_share_of_none_or_all_has_the_exact_interval(hit: bool) -> None:
    assert bootstrap.of_share(np.full(25, hit), np.arange(25)) == clopper_pearson(25 * hit, 25)


def test_a_share_in_between_is_resampled() -> None:
    hits = np.array([True, False, True, True, False, False])
    assert bootstrap.of_share(hits, GROUPS) == bootstrap.of_mean(hits, GROUPS)


def test_a_figure_is_quoted_with_its_interval() -> None:
    assert bootstrap.quote(0.5, (0.25, 0.75)) == "0.500 (0.250 to 0.750)"
    assert bootstrap.quote(0.5, (-0.25, 0.75), "+") == "+0.500 (-0.250 to +0.750)"
