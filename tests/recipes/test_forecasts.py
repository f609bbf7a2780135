"""How forecasts are measured beside one another."""

import numpy as np
import pytest

from assets.recipes.forecasts import against, beside, blocks


def test_steps_that_follow_one_another_are_one_block() -> None:
    assert blocks(5, 2).tolist() == [0, 0, 1, 1, 2]


def test_every_forecast_is_measured_and_the_others_beside_ours() -> None:
    truth = np.arange(40.0)
    found = beside("ours", {"ours": truth + 1, "plain": truth - 3}, truth, blocks(40, 5)).split("\n")
    assert found[2] == "| ours | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | – |"
    assert found[3] == "| plain | 3.00 (3.00 to 3.00) | 3.00 (3.00 to 3.00) | +2.00 (+2.00 to +2.00) |"


def test_misses_are_a_share_of_those_of_the_plain_answer() -> None:
    plain = np.random.default_rng(0).uniform(1, 2, 60)
    share, low, high = against(0.8 * plain, plain, blocks(60, 6))
    assert (share, low, high) == pytest.approx((-0.2, -0.2, -0.2))
    noisy = np.random.default_rng(1).uniform(0, 3, 60)
    share, low, high = against(noisy, plain, blocks(60, 6))
    assert low < share < high
