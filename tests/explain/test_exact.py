"""Exact Shapley values against their definition and their axioms."""

import numpy as np
import pytest
from games import additive_game, last, random_game
from shapley import by_definition, exact

from explain.estimators import estimate
from explain.exact import closed_form, enumeration
from explain.games import Memo
from explain.priors import Coalitions, Floats


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_enumeration_is_the_definition(n: int, outputs: int) -> None:
    game = random_game(n, seed=n, outputs=outputs)
    (found,) = enumeration(Memo(game), n)
    assert np.allclose(found.values, by_definition(game, n), atol=1e-12)
    assert found.stderr is not None
    assert not found.stderr.any()
    assert found.evaluations == 2**n
    assert found.method == "exact enumeration"


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_the_last_of_a_stream_is_exact_where_all_coalitions_fit(n: int) -> None:
    game = random_game(n, seed=n)
    found = last(estimate(game, n, 2**n))
    assert np.allclose(found.values, by_definition(game, n), atol=1e-12)
    assert found.method == "exact enumeration"
    assert found.evaluations == 2**n


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_the_closed_form_is_the_definition_for_additive_games(n: int) -> None:
    weights = np.random.default_rng(n).normal(size=n)
    game = additive_game(weights, base=0.5)
    found = closed_form(Memo(game), n)
    assert np.allclose(found.values, by_definition(game, n), atol=1e-12)
    assert np.allclose(found.values[:, 0], weights, atol=1e-12)
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert found.evaluations == (2 if n == 1 else n + 2)
    assert found.method == "closed form"


def test_the_residual_tells_that_a_game_was_not_additive() -> None:
    found = closed_form(Memo(lambda coalitions: coalitions.all(1)[:, None].astype(float)), 4)
    assert found.residual.tolist() == [1]


def test_three_in_a_glove_game_split_as_in_the_textbook() -> None:
    """One left glove and two right ones: 2/3, 1/6, 1/6."""

    def gloves(s: Coalitions) -> Floats:
        return (s[:, 0] & (s[:, 1] | s[:, 2]))[:, None].astype(float)

    assert exact(gloves, 3)[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [2, 5, 8])
def test_values_add_up_from_the_base_to_the_score(n: int, seed: int) -> None:
    game = random_game(n, seed, outputs=2)
    (found,) = enumeration(Memo(game), n)
    ends = game(np.array([[False] * n, [True] * n]))
    assert np.array_equal(np.stack([found.base, found.score]), ends)
    assert np.allclose(found.base + found.values.sum(0), found.score, atol=1e-12)
    assert np.allclose(found.residual, 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_players_that_are_alike_get_the_same(seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(3, 2, 2, 2, 1))

    def game(s: Coalitions) -> Floats:
        return table[s[:, 1].astype(int) + s[:, 4], *s[:, [0, 2, 3]].T.astype(int)]

    values = exact(game, 5)[:, 0]
    assert values[1] == pytest.approx(values[4], abs=1e-12)
    assert values[1] != pytest.approx(values[0], abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_player_who_never_matters_gets_nothing(seed: int) -> None:
    inner = random_game(5, seed)
    values = exact(lambda coalitions: inner(np.delete(coalitions, 2, axis=1)), 6)[:, 0]
    assert values[2] == pytest.approx(0, abs=1e-12)
    assert np.allclose(np.delete(values, 2), exact(inner, 5)[:, 0], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_values_are_linear_in_the_game(seed: int) -> None:
    first, second = random_game(6, seed), random_game(6, seed + 100)
    together = exact(lambda coalitions: 2.5 * first(coalitions) - 4 * second(coalitions), 6)
    assert np.allclose(together, 2.5 * exact(first, 6) - 4 * exact(second, 6), atol=1e-12)
