"""What rounding of the scores adds to the errors of the values."""

import itertools

import numpy as np
import pytest
from games import additive_game, last, network_game, pairwise_game
from shapley import exact

from explain.estimators import estimate
from explain.games import Game
from explain.priors import Coalitions, Floats


def rounded(game: Game, noise: Floats, seed: int) -> Game:
    """The game with an error in every evaluation but the ends."""
    rng = np.random.default_rng(seed)

    def played(rows: Coalitions) -> Floats:
        inner = rows.any(1) & ~rows.all(1)
        return game(rows) + noise * rng.normal(size=(len(rows), 1)) * inner[:, None]

    return played


@pytest.mark.parametrize("n", [9, 14])
def test_errors_cover_what_rounding_adds_at_512_evaluations(n: int) -> None:
    covered, without = [], []
    for seed in range(8):
        game = pairwise_game(n, seed)
        truth = exact(game, n)
        noise = np.array([0.02 * np.ptp(truth)])
        found, bare = (last(estimate(rounded(game, noise, seed), n, 512, seed, noise=given)) for given in (noise, None))
        assert found.stderr is not None
        assert bare.stderr is not None
        covered.append(np.abs(found.values - truth) <= 1.96 * found.stderr)
        without.append(np.abs(bare.values - truth) <= 1.96 * bare.stderr)
    assert np.mean(covered) >= 0.9
    if n == 9:  # all combinations: nothing but rounding is left
        assert np.mean(without) == 0


def test_rounding_of_an_exact_value_is_what_simulation_says() -> None:
    game, rng, noise = network_game(5, 0), np.random.default_rng(0), np.array([0.1])
    table = np.array(list(itertools.product([False, True], repeat=5)))
    inner = (table.any(1) & ~table.all(1))[:, None]
    found, stderr = [], None
    for _ in range(2000):
        noisy = game(table) + noise * rng.normal(size=(32, 1)) * inner
        each = last(estimate(lambda rows, noisy=noisy: noisy[rows @ [16, 8, 4, 2, 1]], 5, 32, noise=noise))
        found.append(each.values)
        stderr = each.stderr
    assert np.std(found, axis=0) == pytest.approx(stderr, rel=0.1)


def test_rounding_of_a_closed_form_is_that_of_one_evaluation() -> None:
    (found,) = estimate(additive_game(np.ones(7)), 7, 50, additive=True, noise=np.array([0.01]))
    assert found.stderr == pytest.approx(np.full((7, 1), 0.01))
