"""Which method values are estimated by, and why."""

import numpy as np
import pytest
from games import additive_game, last, network_game

from explain.estimators import METHODS, estimate


def test_a_method_is_chosen_and_the_reason_given() -> None:
    game = network_game(11, 0)
    enough, few = last(estimate(game, 11, 4096)), last(estimate(game, 11, 500))
    assert enough.reason == "all 2,048 combinations fit the budget of 4,096"
    assert (few.method, few.estimand) == ("paired Bayesian quadrature", "Shapley")
    assert few.reason == "all 2,048 combinations are more than the budget of 500"
    assert last(estimate(network_game(48, 0), 48, 64)).reason == "all 2⁴⁸ combinations are more than the budget of 64"
    assert next(estimate(game, 11, 4096)).reason == "on the way to all 2,048 combinations"
    assert last(estimate(additive_game(np.ones(9)), 9, 40, additive=True)).reason == "scores of this model add up"


@pytest.mark.parametrize(
    ("method", "called"), [("exact", "exact enumeration"), ("anytime", "paired Bayesian quadrature")]
)
def test_a_method_that_is_asked_for_is_used(method: str, called: str) -> None:
    found = last(estimate(network_game(6, 0), 6, 64, method=method, additive=True))
    assert (found.method, found.reason) == (called, "asked for")


def test_all_combinations_need_their_budget() -> None:
    with pytest.raises(ValueError) as error:
        next(estimate(network_game(13, 0), 13, 500, method="exact"))
    assert str(error.value) == "All 8,192 combinations of 13 players need a budget of as many evaluations, got 500."


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError) as error:
        next(estimate(network_game(4, 0), 4, 50, method="magic"))
    assert str(error.value) == f"method must be one of {', '.join(METHODS)}, got 'magic'."


def test_a_game_said_to_add_up_that_does_not_is_estimated() -> None:
    found = last(estimate(network_game(12, 0), 12, 100, additive=True))
    assert found.method == "paired Bayesian quadrature"
    assert found.evaluations <= 100


def test_the_first_estimate_can_come_sooner() -> None:
    game = network_game(20, 0)
    sooner = list(estimate(game, 20, 100, first=12))
    assert [found.evaluations for found in sooner] == [12, 44, 76, 100]
    assert np.allclose(sooner[-1].values, last(estimate(game, 20, 100)).values, rtol=0, atol=1e-9)
