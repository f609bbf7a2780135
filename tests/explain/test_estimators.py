"""Estimates of Shapley values against exact ones, and what a stream of them promises."""

from collections.abc import Callable

import numpy as np
import pytest
from games import SMOOTH, Counted, additive_game, last, network_game, random_game
from shapley import by_definition, by_permutations, exact

from explain.estimators import MAX_PAIRS, estimate
from explain.games import Estimate, Game

# Estimates


@pytest.mark.parametrize("make", SMOOTH)
@pytest.mark.parametrize("n", [9, 12])
def test_estimates_converge_and_beat_plain_permutations(make: Callable[[int, int], Game], n: int) -> None:
    budgets = [2 * n, 4 * n, 8 * n, 16 * n]
    ours, plain = np.empty((20, 4)), np.empty((20, 4))
    for seed in range(20):
        game = make(n, seed)
        truth = exact(game, n)
        for column, budget in enumerate(budgets):
            ours[seed, column] = np.linalg.norm(last(estimate(game, n, budget, seed)).values - truth)
            plain[seed, column] = np.linalg.norm(by_permutations(game, n, budget, seed) - truth)
    errors, others = np.median(ours, axis=0), np.median(plain, axis=0)
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < errors[0] / 3
    assert errors[1] < 0.95 * others[1]
    assert (errors[2:] < 0.7 * others[2:]).all()


@pytest.mark.parametrize("make", SMOOTH)
@pytest.mark.parametrize("n", [10, 14])
def test_95_percent_intervals_cover_at_8n(make: Callable[[int, int], Game], n: int) -> None:
    covered = []
    for seed in range(15):
        game = make(n, seed)
        found = last(estimate(game, n, 8 * n, seed))
        assert found.stderr is not None
        covered.append(np.abs(found.values - exact(game, n)) <= 1.96 * found.stderr)
    assert np.mean(covered) >= 0.85


@pytest.mark.parametrize("make", SMOOTH)
def test_intervals_are_no_wider_than_the_effects(make: Callable[[int, int], Game]) -> None:
    found = last(estimate(make(10, 0), 10, 80))
    assert found.stderr is not None
    assert np.median(found.stderr) < 0.2 * np.abs(found.values).max()


@pytest.mark.parametrize("n", [12, 20, 40])
def test_there_is_no_standard_error_before_4n(n: int) -> None:
    stream = list(estimate(network_game(n, 0), n, 10 * n))
    early = [found for found in stream if found.evaluations < 4 * n]
    late = [found for found in stream if found.evaluations >= 4 * n]
    assert early
    assert late
    assert all(found.stderr is None for found in early)
    assert all(found.stderr is not None and (found.stderr > 0).all() for found in late)


@pytest.mark.parametrize("n", [8, 13, 14, 33])
def test_an_estimate_adds_up_and_says_how_far_it_was_from_it(n: int) -> None:
    for found in estimate(network_game(n, 1), n, 100):
        assert np.allclose(found.base + found.values.sum(0), found.score, atol=1e-9)
        assert found.residual.shape == (1,)
        assert found.residual[0] >= 0


def test_the_residual_is_taken_before_it_is_spread() -> None:
    first = next(estimate(random_game(10, 3), 10, 100))
    assert first.residual[0] > 1e-6


@pytest.mark.parametrize("n", [7, 20])
def test_an_additive_game_is_estimated_almost_exactly(n: int) -> None:
    weights = np.random.default_rng(0).normal(size=n)
    found = last(estimate(additive_game(weights, 2.0), n, 4 * n))
    assert np.allclose(found.values[:, 0], weights, atol=1e-3)


def test_a_constant_game_has_no_values() -> None:
    found = last(estimate(lambda coalitions: np.full((len(coalitions), 1), 0.7), 12, 60))
    assert found.values.ravel().tolist() == [0] * 12
    assert found.residual.tolist() == [0]
    assert (found.base[0], found.score[0]) == (0.7, 0.7)


# What a stream promises


def same(first: Estimate, second: Estimate) -> bool:
    pairs = [(getattr(first, name), getattr(second, name)) for name in ("values", "stderr", "base", "score")]
    return all(np.array_equal(a, b) if a is not None else b is None for a, b in pairs)


@pytest.mark.parametrize("n", [6, 12, 30])
def test_a_seed_gives_the_same_stream_again(n: int) -> None:
    first, second = (list(estimate(network_game(n, 0), n, 8 * n, seed=5)) for _ in range(2))
    assert len(first) == len(second)
    assert all(map(same, first, second))


def test_another_seed_asks_other_coalitions() -> None:
    asked = []
    for seed in (0, 1):
        counted = Counted(network_game(12, 0))
        last(estimate(counted, 12, 60, seed))
        asked.append(set(counted.asked))
    assert asked[0] != asked[1]


@pytest.mark.parametrize("n", [12, 30])
def test_what_a_stream_says_does_not_depend_on_where_it_stops(n: int) -> None:
    game = network_game(n, 0)
    by_evaluations = {found.evaluations: found for found in estimate(game, n, 400)}
    compared = 0
    for budget in (32, 64, 100, 128, 256):
        for found in estimate(game, n, budget):
            if found.evaluations in by_evaluations:
                assert same(found, by_evaluations[found.evaluations])
                compared += 1
    assert compared >= 8


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 9, 14, 40])
@pytest.mark.parametrize("budget", [2, 3, 4, 7, 8, 31, 32, 33, 64, 100, 127, 512])
def test_the_budget_is_kept_and_no_coalition_scored_twice(n: int, budget: int) -> None:
    counted = Counted(network_game(n, 0))
    for found in estimate(counted, n, budget):
        assert found.evaluations == len(counted.asked) == len(set(counted.asked))
    assert 2 <= len(counted.asked) <= budget


@pytest.mark.parametrize(("n", "budget"), [(6, 64), (9, 512), (9, 600)])
def test_a_stream_that_ends_exact_scores_each_coalition_once(n: int, budget: int) -> None:
    counted = Counted(network_game(n, 0))
    stream = list(estimate(counted, n, budget))
    assert len(counted.asked) == len(set(counted.asked)) == 2**n
    assert [found.method for found in stream][-1] == "exact enumeration"
    assert {found.method for found in stream[:-1]} == {"paired Bayesian quadrature"}
    evaluations = [found.evaluations for found in stream]
    assert evaluations == sorted(evaluations)


def test_a_coalition_comes_with_its_complement() -> None:
    counted = Counted(network_game(12, 0))
    last(estimate(counted, 12, 100))
    assert {tuple(not kept for kept in row) for row in counted.asked} == set(counted.asked)


def test_the_first_estimate_comes_after_one_step() -> None:
    assert next(estimate(network_game(20, 0), 20, 500)).evaluations == 32


def test_more_pairs_than_fitting_can_use_are_not_asked() -> None:
    counted = Counted(network_game(24, 0))
    found = last(estimate(counted, 24, 16_384))
    assert found.evaluations == len(counted.asked) == 2 + 2 * MAX_PAIRS


def test_closing_the_stream_ends_the_work() -> None:
    counted = Counted(network_game(20, 0))
    stream = estimate(counted, 20, 500)
    next(stream)
    asked = len(counted.asked)
    stream.close()
    assert len(counted.asked) == asked == 32


def test_nothing_is_asked_ahead_of_what_is_said() -> None:
    counted = Counted(network_game(20, 0))
    for found in estimate(counted, 20, 300):
        assert len(counted.asked) == found.evaluations


@pytest.mark.parametrize(("n", "budget"), [(4, 16), (6, 40), (12, 100)])
def test_three_outputs_at_once_say_what_three_runs_say(n: int, budget: int) -> None:
    games = [network_game(n, seed) for seed in range(3)]
    together = list(estimate(lambda rows: np.concatenate([game(rows) for game in games], axis=1), n, budget))
    for column, game in enumerate(games):
        alone = list(estimate(game, n, budget))
        assert len(alone) == len(together)
        for one, every in zip(alone, together, strict=True):
            assert (every.base[column], every.score[column]) == (one.base[0], one.score[0])
            assert (one.stderr is None) == (every.stderr is None)
            if one.stderr is None or every.stderr is None:  # until then nothing is shared between outputs
                assert np.allclose(one.values[:, 0], every.values[:, column], rtol=0, atol=1e-9)
            else:  # then the sizes of all their values are
                error = np.hypot(one.stderr[:, 0], every.stderr[:, column])
                assert (np.abs(one.values[:, 0] - every.values[:, column]) <= 2 * error + 1e-12).all()


@pytest.mark.parametrize("budget", [2, 3, 512])
def test_one_player_gets_the_whole_difference(budget: int) -> None:
    found = last(estimate(additive_game(np.array([3.0]), 1.0), 1, budget))
    assert (found.values.tolist(), found.base.tolist(), found.score.tolist()) == ([[3]], [1], [4])


@pytest.mark.parametrize("budget", [2, 3])
def test_two_players_share_evenly_while_nothing_else_is_known(budget: int) -> None:
    found = last(estimate(additive_game(np.array([3.0, 1.0])), 2, budget))
    assert found.values[:, 0] == pytest.approx([2, 2])
    assert found.stderr is None
    assert found.evaluations == 2


def test_two_players_are_exact_with_four() -> None:
    found = last(estimate(random_game(2, 0), 2, 4))
    assert np.allclose(found.values, by_definition(random_game(2, 0), 2), atol=1e-12)


@pytest.mark.parametrize("n", [3, 25])
def test_with_a_budget_of_two_only_the_ends_are_asked(n: int) -> None:
    counted = Counted(additive_game(np.arange(n, dtype=float)))
    found = last(estimate(counted, n, 2))
    assert set(counted.asked) == {(True,) * n, (False,) * n}
    assert found.values[:, 0] == pytest.approx([(n - 1) / 2] * n)


@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize("budget", [1, 0, -5])
def test_a_budget_under_two_is_refused(budget: int, additive: bool) -> None:
    with pytest.raises(ValueError) as error:
        next(estimate(network_game(4, 0), 4, budget, additive=additive))
    assert str(error.value) == f"Two evaluations are the least an explanation needs, got {budget}."


def test_an_additive_game_ends_at_once() -> None:
    weights = np.random.default_rng(0).normal(size=30)
    (found,) = estimate(additive_game(weights), 30, 64, additive=True)
    assert found.values[:, 0] == pytest.approx(weights)
    assert found.method == "closed form"


def test_an_additive_game_keeps_to_the_budget_too() -> None:
    counted = Counted(additive_game(np.arange(30.0)))
    last(estimate(counted, 30, 16, additive=True))
    assert len(counted.asked) <= 16
