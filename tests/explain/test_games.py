"""A memo of a game asks once; a game that gives no numbers is told."""

import numpy as np
import pytest
from games import Counted, last, network_game

from explain.estimators import METHODS, estimate
from explain.games import Game, Memo
from explain.priors import Coalitions, Floats

# The memo


def test_a_memo_asks_for_new_coalitions_only_and_in_one_call() -> None:
    calls: list[int] = []

    def game(coalitions: Coalitions) -> Floats:
        calls.append(len(coalitions))
        return coalitions.sum(1, keepdims=True).astype(float)

    memo = Memo(game)
    rows = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 0]], bool)
    assert memo(rows).ravel().tolist() == [1, 2, 1]
    assert memo(np.array([[0, 0, 0], [1, 1, 0]], bool)).ravel().tolist() == [0, 2]
    assert memo(rows).ravel().tolist() == [1, 2, 1]
    assert (calls, len(memo)) == ([2, 1], 3)


@pytest.mark.parametrize("n", [8, 9, 17])
def test_a_memo_tells_players_beyond_a_byte_apart(n: int) -> None:
    memo = Memo(lambda coalitions: (coalitions @ np.arange(1, n + 1))[:, None].astype(float))
    assert memo(np.eye(n, dtype=bool)).ravel().tolist() == list(range(1, n + 1))
    assert len(memo) == n


# Bad games


def spoiled(game: Game, *bad: int) -> Game:
    """No number for coalitions of these codes."""

    def played(rows: Coalitions) -> Floats:
        codes = rows @ (1 << np.arange(rows.shape[1]))
        return np.where(np.isin(codes, bad)[:, None], np.nan, game(rows))

    return played


def test_pairs_without_a_number_are_left_out_and_counted() -> None:
    game = network_game(9, 0)
    counted = Counted(spoiled(game, 1, 2, 7))
    found = last(estimate(counted, 9, 200))
    whole = last(estimate(game, 9, 200))
    asked = {sum(1 << i for i, kept in enumerate(row) if kept) for row in counted.asked}
    assert found.excluded == len({1, 2, 7} & asked) >= 2
    assert found.evaluations == 200
    assert np.isfinite(found.values).all()
    assert np.abs(found.values - whole.values).max() < 0.2 * np.abs(whole.values).max()
    assert whole.excluded == 0


@pytest.mark.parametrize("n", [3, 7])
def test_exact_values_that_lack_a_number_become_estimates(n: int) -> None:
    counted = Counted(spoiled(network_game(n, 0), 5))
    found = last(estimate(counted, n, 2**n))
    assert found.method == "paired Bayesian quadrature"
    assert found.reason == f"the model gave no number for 1 of all {2**n} combinations"
    assert found.excluded == 1
    assert len(counted.asked) == len(set(counted.asked)) == 2**n
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("method", ["auto", "anytime", "shap permutation", "shap partition"])
@pytest.mark.parametrize(("code", "which"), [(0, "with everything hidden"), (31, "for this input")])
def test_without_a_number_at_an_end_there_is_nothing_to_explain(code: int, which: str, method: str) -> None:
    for budget in (20, 32):
        with pytest.raises(ValueError) as error:
            last(estimate(spoiled(network_game(5, 0), code), 5, budget, method=method))
        assert str(error.value) == f"The model gave no number {which}, but nan: it cannot be explained."


@pytest.mark.parametrize("method", METHODS)
def test_without_players_there_are_no_values(method: str) -> None:
    found = last(estimate(lambda rows: np.full((len(rows), 2), 0.5), 0, 10, method=method))
    assert found.values.shape == (0, 2)
    assert (found.base.tolist(), found.score.tolist()) == ([0.5, 0.5], [0.5, 0.5])


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_game_has_no_values_by_any_method(method: str) -> None:
    found = last(estimate(lambda rows: np.ones((len(rows), 1)), 5, 40, method=method))
    assert np.abs(found.values).max() < 1e-12
    assert found.residual.tolist() == [0]
