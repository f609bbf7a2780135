"""Interactions of two: exact ones by their definition, estimates near them, from evaluations already there."""

import itertools
import math

import numpy as np
import pytest
from games import Counted, additive_game, last, network_game, pairwise_game, random_game

from explain.estimators import estimate
from explain.games import Game, Memo
from explain.interactions import Even, Interactions, interactions
from explain.priors import Coalitions, Floats


def by_definition(game: Game, n: int, i: int, j: int) -> Floats:
    """Grabisch & Roubens (1999), written out set by set."""
    total, others = 0.0, [k for k in range(n) if k not in (i, j)]
    for size in range(n - 1):
        for subset in itertools.combinations(others, size):
            rows = np.zeros((4, n), bool)
            rows[:, subset] = True
            rows[[0, 1], i] = True
            rows[[0, 2], j] = True
            weight = math.factorial(size) * math.factorial(n - size - 2) / math.factorial(n - 1)
            total = total + weight * (game(rows).T @ [1, -1, -1, 1])
    return total


def table(found: Interactions, n: int) -> Floats:
    """float64[n, n] of the first output."""
    square = np.zeros((n, n))
    square[tuple(found.pairs.T)] = found.values[:, 0]
    return square


@pytest.mark.parametrize("n", [2, 3, 5])
def test_all_combinations_give_the_definition(n: int) -> None:
    game = random_game(n, n, outputs=2)
    found = interactions(game, n, 2**n)
    assert found.exact
    assert found.evaluations == 2**n
    assert found.stderr is not None
    assert not found.stderr.any()
    assert len(found.pairs) == n * (n - 1) // 2
    for (i, j), values in zip(found.pairs, found.values, strict=True):
        assert np.allclose(values, by_definition(game, n, i, j))


def test_the_strongest_pair_comes_first() -> None:
    def game(rows: Coalitions) -> Floats:
        x = rows.astype(float)
        return (x.sum(1) + 3 * x[:, 1] * x[:, 4] - 2 * x[:, 0] * x[:, 2])[:, None]

    for budget in (64, 50):
        found = interactions(game, 6, budget)
        assert found.pairs[:2].tolist() == [[1, 4], [0, 2]]
        assert found.values[:2, 0] == pytest.approx([3, -2], abs=0.05)
        assert np.abs(found.values[2:]).max() < 0.05


@pytest.mark.parametrize("n", [10, 12])
def test_estimates_come_near_and_say_how_near(n: int) -> None:
    errors, covered = [], []
    for seed in range(6):
        game = pairwise_game(n, seed) if seed % 2 else network_game(n, seed)
        truth, found = table(interactions(game, n, 2**n), n), interactions(game, n, 16 * n, seed)
        assert not found.exact
        assert found.stderr is not None
        error = np.abs(found.values[:, 0] - truth[tuple(found.pairs.T)])
        errors.append(np.linalg.norm(error) / np.linalg.norm(truth))
        covered.append((error <= 1.96 * found.stderr[:, 0]).mean())
    assert np.median(errors) < 0.2
    assert np.mean(covered) > 0.85


def test_what_an_estimate_has_asked_is_not_asked_again() -> None:
    counted = Counted(network_game(12, 0))
    memo = Memo(counted)
    last(estimate(memo, 12, 100, seed=4))
    found = interactions(memo, 12, 100, seed=4)
    assert found.evaluations == len(counted.asked) == 100
    assert interactions(memo, 12, 150, seed=4).evaluations == 150


def test_no_errors_are_told_before_8n() -> None:
    assert interactions(network_game(12, 0), 12, 90).stderr is None
    assert interactions(network_game(12, 0), 12, 96).stderr is not None


def test_players_who_add_up_do_not_interact() -> None:
    found = interactions(additive_game(np.arange(9.0)), 9, 100)
    assert np.abs(found.values).max() < 1e-3


def test_a_constant_game_has_no_interactions() -> None:
    found = interactions(lambda rows: np.full((len(rows), 2), 0.3), 8, 60)
    assert np.abs(found.values).max() < 1e-6
    assert found.values.shape == (28, 2)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_players_have_none(n: int) -> None:
    found = interactions(lambda rows: np.ones((len(rows), 2)), n, 10)
    assert (found.pairs.shape, found.values.shape, found.exact) == ((0, 2), (0, 2), True)


def test_combinations_without_a_number_are_left_out() -> None:
    inner = pairwise_game(6, 0)

    def game(rows: Coalitions) -> Floats:
        return np.where((rows.sum(1) == 1)[:, None] & rows[:, :1], np.nan, inner(rows))

    found = interactions(game, 6, 64)
    assert not found.exact
    truth = table(interactions(inner, 6, 64), 6)
    assert np.linalg.norm(table(found, 6) - truth) < 0.3 * np.linalg.norm(truth)


def test_a_budget_under_two_is_refused() -> None:
    with pytest.raises(ValueError, match="Two evaluations are the least an explanation needs, got 1"):
        interactions(network_game(4, 0), 4, 1)


def test_the_prior_is_the_sum_over_even_subsets() -> None:
    n, rho, size = 5, 0.2, np.array([0.3, 0.5, 1.0, 1.2, 2.0])
    z = np.array(list(itertools.product([-1.0, 1.0], repeat=n)))
    pairs = list(itertools.combinations(range(n), 2))
    kernel, cross, variance = 0.0, np.zeros((len(pairs), len(z))), np.zeros(len(pairs))
    for count in (2, 4):
        for subset in itertools.combinations(range(n), count):
            weight = (rho ** (count - 2) + (3.0 if count == 2 else 0)) * size[list(subset)].prod() / len(pairs)
            product = z[:, subset].prod(1)
            kernel = kernel + weight * np.outer(product, product)
            for at, pair in enumerate(pairs):
                if set(pair) <= set(subset):
                    cross[at] += 4 * weight / (count - 1) * product
                    variance[at] += 16 * weight / (count - 1) ** 2
    assumed = Even(rho, 3.0, size)
    assert np.allclose(assumed.of_pairs(z, z), kernel)
    assert np.allclose(assumed.of_interactions(z), cross)
    assert np.allclose(assumed.variance(), variance)
