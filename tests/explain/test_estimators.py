"""Shapley values: exact ones against the definition, estimates against exact ones, and what a stream promises."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from games import SMOOTH, Counted, additive_game, last, network_game, pairwise_game, random_game

from explain.estimators import MAX_PAIRS, METHODS, estimate
from explain.exact import closed_form, enumeration
from explain.games import Estimate, Game, Memo
from explain.priors import Coalitions, Floats

# References, written from the definitions


def by_definition(game: Game, n: int) -> Floats:
    """The mean over all orders of what each player adds on arrival (Shapley 1953)."""
    values, orders = 0.0, list(itertools.permutations(range(n)))
    for order in orders:
        rows = np.zeros((n + 1, n), bool)
        for step, player in enumerate(order):
            rows[step + 1 :, player] = True
        added = np.diff(game(rows), axis=0)
        values = values + added[np.argsort(order)]
    return values / len(orders)


def exact(game: Game, n: int) -> Floats:
    (found,) = enumeration(Memo(game), n)
    return found.values


def by_permutations(game: Game, n: int, budget: int, seed: int) -> Floats:
    """Plain permutation sampling; the two ends are paid for once, so an order costs n − 1 evaluations."""
    rng = np.random.default_rng(seed)
    values, count = np.zeros((n, 1)), max(1, (budget - 2) // (n - 1))
    for _ in range(count):
        order = rng.permutation(n)
        values[order] += np.diff(game(np.tri(n + 1, n, -1, dtype=bool)[:, np.argsort(order)]), axis=0)
    return values / count


# Exact values


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


# Which method, and why


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


# Rounding


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
