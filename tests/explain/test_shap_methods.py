"""shap's own estimators on a game: what they say is what shap says, under the right name."""

import numpy as np
import pytest
from games import Counted, additive_game, last, network_game

from explain.estimators import estimate
from explain.games import Memo
from explain.priors import Coalitions, Floats
from explain.shap_methods import neighbours, parts


def both(rows: Coalitions) -> Floats:
    return np.concatenate([network_game(6, 0)(rows), network_game(6, 1)(rows)], axis=1)


@pytest.mark.parametrize(("method", "estimand"), [("shap permutation", "Shapley"), ("shap partition", "Owen")])
def test_each_is_named_as_what_it_estimates(method: str, estimand: str) -> None:
    counted = Counted(both)
    for found in estimate(counted, 6, 60, method=method):
        assert (found.estimand, found.method.lower(), found.reason) == (estimand, method, "asked for")
        assert found.stderr is None
        assert found.values.shape == (6, 2)
        assert np.allclose(found.base + found.values.sum(0), found.score)
        assert np.allclose(found.residual, 0, atol=1e-9)
        assert found.evaluations == len(counted.asked) == len(set(counted.asked)) <= 60


@pytest.mark.parametrize("method", ["shap permutation", "shap partition"])
def test_a_single_output_keeps_its_axis(method: str) -> None:
    for found in estimate(network_game(6, 0), 6, 60, method=method):
        assert found.values.shape == (6, 1)


def test_permutation_is_shaps_own_with_the_same_seed() -> None:
    import shap

    explainer = shap.explainers.PermutationExplainer(lambda z: both(z > 0.5), np.zeros((1, 6)), seed=3)
    expected = explainer(np.ones((1, 6)), max_evals=78, silent=True).values[0]
    assert np.allclose(last(estimate(both, 6, 78, seed=3, method="shap permutation")).values, expected)


def test_permutation_comes_near_the_shapley_values() -> None:
    exact = last(estimate(both, 6, 64)).values
    found = last(estimate(both, 6, 13 * 200, method="shap permutation"))
    assert np.abs(found.values - exact).max() < 0.1 * np.abs(exact).max()


def owen(game: Memo, members: list[list[int]]) -> Floats:
    """Owen values of two unions of two players each, by Owen (1977): orders that keep unions together."""
    values = np.zeros((4, 1))
    for first, second in (members, members[::-1]):
        for a in (first, first[::-1]):
            for b in (second, second[::-1]):
                rows = np.zeros((5, 4), bool)
                for i, player in enumerate([*a, *b]):
                    rows[i + 1 :, player] = True
                values[[*a, *b]] += np.diff(game(rows), axis=0)
    return values / 8


def test_partition_gives_the_owen_values_of_its_tree_of_neighbours() -> None:
    assert neighbours(5).tolist() == [[0, 1, 1, 2], [2, 3, 1, 2], [5, 6, 2, 4], [7, 4, 3, 5]]
    found = last(estimate(network_game(4, 5), 4, 200, method="shap partition"))
    assert np.allclose(found.values, owen(Memo(network_game(4, 5)), [[0, 1], [2, 3]]))


def test_a_tree_that_is_used_up_ends_the_stream() -> None:
    found = list(estimate(network_game(4, 5), 4, 10_000, method="shap partition"))
    assert len(found) <= 3


def test_shaps_drawing_leaves_the_global_generator_alone() -> None:
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    last(estimate(both, 6, 60, method="shap permutation"))
    assert np.random.random() == expected


def test_a_budget_under_one_round_is_refused() -> None:
    with pytest.raises(ValueError) as error:
        last(estimate(both, 6, 12, method="shap permutation"))
    assert str(error.value) == "shap's Permutation needs 13 evaluations for 6 players, got 12."


@pytest.mark.parametrize("method", ["shap permutation", "shap partition"])
def test_one_player_gets_the_whole_difference(method: str) -> None:
    found = last(estimate(additive_game(np.array([3.0]), 1.0), 1, 10, method=method))
    assert (found.values.tolist(), found.estimand) == ([[3]], "Shapley")


@pytest.mark.parametrize("method", ["shap permutation", "shap partition"])
def test_a_combination_without_a_number_is_said(method: str) -> None:
    def game(rows: Coalitions) -> Floats:
        return np.where(rows.sum(1) == 2, np.nan, rows.sum(1))[:, None]

    with pytest.raises(ValueError, match="gave no number for some combinations"):
        last(estimate(game, 4, 100, method=method))


def test_parts_double_up_to_the_budget() -> None:
    assert list(parts(32, 100)) == [32, 64, 100]
    assert list(parts(32, 20)) == [20]
