"""The formulas of the recipes' intervals, against the figures that their authors printed or that follow by hand."""

import numpy as np
import pytest

from assets.recipes.intervals import clopper_pearson, conformal, corrected, newcombe, wilson


@pytest.mark.parametrize(
    ("count", "total", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_intervals_of_a_share_are_those_of_newcombe_1998_table_1(
    count: int, total: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert wilson(count, total) == pytest.approx(score, abs=6e-5)
    assert clopper_pearson(count, total) == pytest.approx(exact, abs=6e-5)


def test_the_exact_interval_of_all_mirrors_that_of_none() -> None:
    low, high = clopper_pearson(0, 20)
    assert clopper_pearson(20, 20) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(
    ("one", "other", "ends"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090))],
)
def test_the_interval_of_a_difference_is_that_of_newcombe_1998_table_2(
    one: tuple[int, int], other: tuple[int, int], ends: tuple[float, float]
) -> None:
    assert newcombe(one, other) == pytest.approx(ends, abs=6e-5)


def test_the_interval_over_folds_is_widened_for_shared_rows() -> None:
    # Mean 3, variance 2.5, (1/5 + 1/4) × 2.5 = 1.125, and 2.7764 is Student's quantile for 4 degrees of freedom.
    half = 2.776445 * 1.125**0.5
    assert corrected([1, 2, 3, 4, 5], test_per_training=0.25) == pytest.approx((3 - half, 3 + half), abs=1e-5)


def test_the_conformal_ends_are_the_ranks_of_the_paper() -> None:
    ratios = np.random.default_rng(0).permutation(np.arange(1, 20)).astype(float)
    assert conformal(ratios, 0.9) == (1, 19)  # ranks 20 × 0.05 and 20 × 0.95
    assert conformal(ratios, 0.8) == (2, 18)


def test_too_few_ratios_for_a_level_are_refused() -> None:
    with pytest.raises(ValueError, match=r"18 ratios are too few for an interval at 0\.9"):
        conformal(np.ones(18), 0.9)
