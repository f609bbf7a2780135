"""Hiding the strongest first, and showing them alone, beside random orders: on games whose answer is known."""

from collections.abc import Callable

import numpy as np
import pytest
from explained import explained

from explain.faithfulness import ORDERS, Faithfulness, account, curves, lowered
from explain.games import Game
from explain.priors import Coalitions, Floats
from inference.types import ItemTarget

WEIGHTS = np.array([0.1, 0.4, -0.2, 0.3, 0.05])


def additive(coalitions: Coalitions) -> Floats:
    return (0.2 + coalitions @ WEIGHTS)[:, None]


class Counted:
    """A game that keeps what it was asked, call by call."""

    def __init__(self, game: Game) -> None:
        self.game, self.calls = game, []

    def __call__(self, coalitions: Coalitions) -> Floats:
        self.calls.append([tuple(row) for row in coalitions.tolist()])
        return self.game(coalitions)


def test_the_strongest_go_first_and_the_curves_are_the_games_own() -> None:
    hiding, keeping, _ = curves(additive, WEIGHTS)
    ranked = np.sort(WEIGHTS)[::-1]
    assert hiding.scores == pytest.approx(tuple(0.85 - np.cumsum([0, *ranked])))
    assert keeping.scores == pytest.approx(tuple(0.2 + np.cumsum([0, *ranked])))


def test_what_speaks_against_goes_first_when_the_input_lowered_the_score() -> None:
    hiding, keeping, _ = curves(additive, WEIGHTS, against=True)
    ranked = np.sort(WEIGHTS)
    assert hiding.scores == pytest.approx(tuple(0.85 - np.cumsum([0, *ranked])))
    assert keeping.scores == pytest.approx(tuple(0.2 + np.cumsum([0, *ranked])))
    assert hiding.area == pytest.approx(-np.cumsum([0, *ranked]).mean())


def test_the_area_is_the_mean_distance_from_the_whole_score() -> None:
    hiding, keeping, _ = curves(additive, WEIGHTS)
    assert hiding.area == pytest.approx(np.mean([0.85 - score for score in hiding.scores]))
    assert keeping.area == pytest.approx(np.mean([0.85 - score for score in keeping.scores]))


def test_random_orders_are_played_out_one_by_one() -> None:
    n, orders, seed = 5, 7, 3
    random = np.random.default_rng(seed)
    played = []
    for _ in range(orders):
        kept, course = np.ones(n, bool), []
        for player in [None, *random.permutation(n)]:
            kept[player] = kept[player] & (player is None)
            course.append(additive(kept[None])[0, 0])
        played.append(course)
    hiding, keeping, _ = curves(additive, WEIGHTS, orders=orders, seed=seed)
    assert hiding.random == pytest.approx(tuple(np.mean(played, axis=0)))
    assert hiding.low == pytest.approx(tuple(np.min(played, axis=0)))
    assert hiding.high == pytest.approx(tuple(np.max(played, axis=0)))
    assert keeping.random == pytest.approx(hiding.random[::-1])  # what is left is what is shown
    assert hiding.random_area == pytest.approx(np.mean([0.85 - np.mean(course) for course in played]))


def test_all_coalitions_reach_the_game_in_one_call_each_once() -> None:
    counted = Counted(additive)
    *_, evaluations = curves(counted, WEIGHTS)
    (asked,) = counted.calls
    assert len(asked) == len(set(asked)) == evaluations
    assert evaluations <= 2 * 5 + ORDERS * 4


def test_the_same_seed_gives_the_same_curves_and_another_one_others() -> None:
    first, again, other = (curves(additive, WEIGHTS, orders=3, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_a_sum_is_ahead_of_its_own_values(seed: int) -> None:
    hiding, keeping, _ = curves(additive, WEIGHTS, orders=30, seed=seed)
    assert hiding.ahead == keeping.ahead == 0
    assert hiding.area > hiding.random_area
    assert keeping.area < keeping.random_area


def test_values_that_are_the_wrong_way_round_are_found_out() -> None:
    hiding, keeping, _ = curves(additive, -WEIGHTS, orders=30)
    assert hiding.ahead == keeping.ahead == 30


def said(weights: Floats, base: float = 0.2, values: Floats | None = None, **changes: object) -> Faithfulness:
    """The account of a sum, explained by its weights unless by other values."""
    given = weights if values is None else values
    hiding, keeping, evaluations = curves(lambda z: (base + z @ weights)[:, None], given, weights.sum() < 0)
    where = [{"chars": [i, i + 1]} for i in range(len(weights))]
    explanation = explained(
        given.tolist(), list("abcdefgh")[: len(weights)], where, base=base, score=base + weights.sum(), **changes
    )
    assert lowered(explanation) == (weights.sum() < 0)
    return account(explanation, hiding, keeping, evaluations, 0.5, 0)


def test_the_verdict_says_what_hiding_and_showing_do_beside_chance() -> None:
    found = said(WEIGHTS)
    at = found.hiding.random[3], found.keeping.random[3]
    assert found.verdict == (
        "Hiding the 3 words that spoke for “positive” most takes the score from 0.850 to 0.050; "
        f"3 at random take it to {at[0]:.3f}. Shown alone, the 3 words give 1.000; 3 at random give {at[1]:.3f}."
    )
    assert found.holds
    assert [feature.label for feature in found.order] == ["b", "d", "a", "e", "c"]


def test_a_lowered_amount_is_tested_by_what_lowered_it() -> None:
    found = said(np.array([-3000.0, 1000.0, -500.0]), 9000.0, target=ItemTarget("value"), output="Price", unit="$")
    assert "the 2 words that lowered “Price” most takes the score from $6,500 to $10,000" in found.verdict
    assert found.against
    assert found.top == 2


def test_one_part_alone_is_spoken_of_as_one() -> None:
    found = said(np.array([0.5, -0.1]))
    assert "Hiding the word that spoke for “positive” most takes the score from 0.600 to 0.100; one" in found.verdict


@pytest.mark.parametrize("n", [2, 5])
def test_a_constant_model_leaves_nothing_to_test(n: int) -> None:
    found = said(np.zeros(n), 0.7)
    assert found.verdict == "The score stays at 0.700 whatever is hidden, so there is nothing to test."
    assert not found.holds
    assert found.top == 0


def test_an_explanation_that_chance_beats_does_not_hold() -> None:
    found = said(WEIGHTS, values=-WEIGHTS)
    assert not found.holds
    assert found.hiding.ahead == ORDERS


@pytest.mark.parametrize("make", [lambda: said(WEIGHTS), lambda: said(np.zeros(3))])
def test_the_account_travels_as_json(make: Callable[[], Faithfulness]) -> None:
    found = make()
    assert Faithfulness.from_json(found.to_json()) == found
