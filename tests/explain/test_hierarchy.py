"""Groups of players that are taken apart where it matters, on games whose answers are known or can be enumerated."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from explain.games import Estimate, Game
from explain.hierarchy import ADDED, COVERED, LEVELS, SHOWN, Level, grouped, grouping, refine, sharpen, sure
from explain.priors import Coalitions, Floats
from explain.types import Partition

EVEN: Partition = tuple(tuple(range(4 * i, 4 * i + 4)) for i in range(6))
"""24 atoms in six groups."""


def additive(weights: Floats) -> Game:
    return lambda coalitions: (1 + coalitions @ weights)[:, None]


def curved(seed: int, atoms: int) -> Game:
    """A random game in which neighbours, and all through the curve, interact; its second output is another such."""
    rng = np.random.default_rng(seed)
    weights, pairs = rng.normal(0, 1, (atoms, 2)), rng.normal(0, 0.5, (atoms - 1, 2))

    def game(coalitions: Coalitions) -> Floats:
        z = coalitions.astype(float)
        return np.tanh((z @ weights + (z[:, 1:] * z[:, :-1]) @ pairs) / 4)

    return game


def counted(game: Game) -> tuple[Game, Callable[[], int]]:
    """A game, and how many distinct coalitions it was asked for; it fails when asked for one twice."""
    seen: set[bytes] = set()

    def asked(coalitions: Coalitions) -> Floats:
        for row in coalitions:
            assert row.tobytes() not in seen
            seen.add(row.tobytes())
        return game(coalitions)

    return asked, lambda: len(seen)


def by_definition(game: Game, n: int) -> Floats:
    """Shapley values by their definition, float64[n]."""
    rows = np.array(list(itertools.product([False, True], repeat=n)))
    v = dict(zip(map(tuple, rows.tolist()), game(rows)[:, 0], strict=True))
    values = np.zeros(n)
    for z, i in itertools.product(v, range(n)):
        if not z[i]:
            share = math.factorial(sum(z)) * math.factorial(n - sum(z) - 1) / math.factorial(n)
            values[i] += share * (v[(*z[:i], True, *z[i + 1 :])] - v[z])
    return values


def levels(stream: list[Level]) -> list[Level]:
    """The last of each level."""
    return [list(same)[-1] for _, same in itertools.groupby(stream, key=lambda level: level.players)]


def of(stream: list[Level], attribute: str) -> list[object]:
    return [getattr(level.estimate, attribute) for level in stream]


# Groupings


def test_each_atom_knows_its_player() -> None:
    assert grouping(((4, 0), (1,), (3, 2))).tolist() == [0, 1, 2, 2, 0]


def test_a_coalition_of_groups_is_one_of_their_atoms() -> None:
    seen: list[Coalitions] = []

    def game(coalitions: Coalitions) -> Floats:
        seen.append(coalitions)
        return np.zeros((len(coalitions), 1))

    grouped(game, ((4, 0), (1,), (3, 2)))(np.array([[True, False, False], [False, True, True]]))
    assert seen[0].tolist() == [[True, False, False, False, True], [False, True, True, True, False]]


# What is taken apart


def test_the_strongest_are_taken_apart_in_place() -> None:
    players: Partition = ((0, 1), (2, 3, 4), (5,), (6, 7))
    assert refine(players, np.array([0.1, -5, 1, 0.2]), 64) == ((0, 1), (2,), (3,), (4,), (5,), (6, 7))


def test_those_are_taken_apart_that_make_up_most_of_the_effect() -> None:
    values = np.array([5.0, -3, 1.9, 0.1, 0, 0])
    assert COVERED * np.abs(values).sum() == 8
    apart = refine(EVEN, values, 64)
    assert apart is not None
    assert [len(atoms) for atoms in apart] == [1] * 8 + [4] * 4


@pytest.mark.parametrize("room", [2, 7, 8, 10, 13, 24, 64])
def test_there_is_never_more_than_there_is_room_for(room: int) -> None:
    apart = refine(EVEN, np.arange(6.0), room)
    if room <= 6:
        assert apart is None
        return
    assert apart is not None
    assert 6 < len(apart) <= room
    assert sorted(itertools.chain(*apart)) == list(range(24))
    assert all(set(atoms) <= set(EVEN[atoms[0] // 4]) for atoms in apart)


def test_a_group_of_too_many_atoms_falls_into_runs_of_neighbours() -> None:
    order = tuple(np.random.default_rng(0).permutation(100).tolist())
    apart = refine((order, (100,)), np.array([1.0, 0.0]), 11)
    assert apart is not None
    assert [len(atoms) for atoms in apart] == [10] * 10 + [1]
    assert tuple(itertools.chain(*apart[:-1])) == order


@pytest.mark.parametrize("values", [[0.0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1e-300]])
def test_what_has_no_effect_is_not_taken_apart(values: list[float]) -> None:
    players: Partition = (*EVEN[:5], (20,))
    assert refine(players, np.array(values), 64) is None


def test_single_atoms_cannot_be_taken_apart() -> None:
    assert refine(((0,), (1,)), np.array([1.0, 2.0]), 64) is None


# The stream


def test_groups_come_first_and_then_their_parts() -> None:
    weights = np.zeros(24)
    weights[[5, 6, 20]] = 3, -2, 0.5
    found = levels(list(sharpen(additive(weights), EVEN, 400)))
    assert [len(level.players) for level in found] == [6, 12]
    assert found[0].players == EVEN
    assert found[0].estimate.values[:, 0] == pytest.approx([0, 1, 0, 0, 0, 0.5], abs=1e-4)
    assert found[1].players[1:5] == ((4,), (5,), (6,), (7,))
    assert found[1].estimate.values[1:5, 0] == pytest.approx([0, 3, -2, 0], abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_values_add_up_at_every_level_and_for_every_output(seed: int) -> None:
    stream = list(sharpen(curved(seed, 24), EVEN, 500, seed=seed))
    assert len(levels(stream)) > 1
    for level in stream:
        estimate = level.estimate
        assert estimate.values.shape == (len(level.players), 2)
        assert estimate.base + estimate.values.sum(0) == pytest.approx(estimate.score)


@pytest.mark.parametrize("seed", range(5))
def test_a_level_has_the_shapley_values_of_its_players(seed: int) -> None:
    game = curved(seed, 24)
    for level in levels(list(sharpen(game, EVEN, 700, seed=seed))):
        n = len(level.players)
        if n <= 12:
            exact = by_definition(grouped(game, level.players), n)
            error = np.linalg.norm(level.estimate.values[:, 0] - exact) / np.linalg.norm(exact)
            assert error < 0.2


def test_with_evaluations_enough_the_last_level_is_exact() -> None:
    game = curved(3, 6)
    found = list(sharpen(game, ((0, 1, 2), (3, 4, 5)), 200))[-1]
    assert found.players == tuple((i,) for i in range(6))
    assert found.estimate.values[:, 0] == pytest.approx(by_definition(game, 6))


def test_a_groups_value_is_not_the_sum_of_its_parts() -> None:
    def together(coalitions: Coalitions) -> Floats:
        return coalitions.all(1).astype(float)[:, None]  # a point for all three: each player gets its even share

    assert by_definition(grouped(together, ((0, 1), (2,))), 2) == pytest.approx([1 / 2, 1 / 2])
    found = list(sharpen(together, ((0, 1), (2,)), 100))[-1]
    assert found.estimate.values[:, 0] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("budget", [2, 10, 24, 33, 60, 100, 250, 600])
def test_no_coalition_is_scored_twice_and_none_beyond_the_budget(budget: int) -> None:
    game, asked = counted(curved(1, 24))
    counts = []
    for level in sharpen(game, EVEN, budget):
        counts.append(level.estimate.evaluations)
        assert counts[-1] == asked()
    assert counts == sorted(counts)
    assert 2 <= counts[-1] <= budget


def test_a_level_is_shown_once_it_is_sure() -> None:
    stream = list(sharpen(curved(2, 160), tuple(tuple(range(10 * i, 10 * i + 10)) for i in range(16)), 800))
    first, *finer = levels(stream)
    assert len(first.players) == 16
    assert finer
    assert all(sure(level.estimate, SHOWN) for level in stream if len(level.players) > 16)
    again = [level for level in stream if len(level.players) == 16]
    assert len(again) > 4  # the last of the groups comes again while their parts are asked for
    evaluations = of(again, "evaluations")
    assert evaluations == sorted(set(evaluations))
    assert again[-1].finer
    assert not stream[-1].finer


def noise(coalitions: Coalitions) -> Floats:
    """Numbers that tell nothing of the players, float64[m]."""
    codes = coalitions @ (2.0 ** np.arange(coalitions.shape[1]))
    return np.array([np.random.default_rng(int(code)).normal() for code in codes])


def test_players_whose_values_are_not_known_are_not_taken_apart() -> None:
    groups = tuple(tuple(range(4 * i, 4 * i + 4)) for i in range(12))
    stream = list(sharpen(lambda coalitions: noise(coalitions)[:, None], groups, 300))
    assert {level.players for level in stream} == {groups}
    assert stream[-1].estimate.evaluations == 300
    assert not any(sure(level.estimate) for level in stream)


def test_a_finer_level_that_never_gets_sure_comes_last_as_it_is() -> None:
    def game(coalitions: Coalitions) -> Floats:
        groups = coalitions.reshape(-1, 16, 10)
        parts = groups.any(2) & ~groups.all(2)
        return (groups.mean(2) @ np.arange(16.0) + 50 * parts.any(1) * noise(coalitions))[:, None]

    groups = tuple(tuple(range(10 * i, 10 * i + 10)) for i in range(16))
    *stream, last = sharpen(game, groups, 500)
    assert {level.players for level in stream} == {groups}
    assert len(last.players) > 16
    assert last.estimate.stderr is not None
    assert not sure(last.estimate)
    assert last.estimate.evaluations == stream[-1].estimate.evaluations


def test_closing_the_stream_ends_the_work() -> None:
    game, asked = counted(curved(2, 24))
    stream = sharpen(game, EVEN, 600)
    next(stream)
    stream.close()
    assert asked() == 32


def test_a_seed_gives_the_same_stream_and_a_smaller_budget_the_same_groups() -> None:
    runs = [list(sharpen(curved(4, 24), EVEN, budget, seed=9)) for budget in (400, 400, 60)]
    assert [level.players for level in runs[0]] == [level.players for level in runs[1]]
    for ours, theirs in zip(*runs[:2], strict=True):
        assert np.array_equal(ours.estimate.values, theirs.estimate.values)
    assert np.array_equal(runs[2][0].estimate.values, runs[0][0].estimate.values)


@pytest.mark.parametrize("step", [8, 32, 64])
def test_single_players_are_estimated_as_without_a_hierarchy(step: int) -> None:
    from explain.estimators import estimate

    def told(found: Estimate) -> tuple[int, list[float]]:
        return found.evaluations, found.values[:, 0].tolist()

    players = tuple((i,) for i in range(12))
    ours = [told(level.estimate) for level in sharpen(curved(5, 12), players, 200, 3, step=step)]
    assert ours == [told(found) for found in estimate(curved(5, 12), 12, 200, 3, step=step)]


def test_an_additive_game_is_exact_in_its_atoms_at_once() -> None:
    weights = np.random.default_rng(0).normal(size=24)
    (found,) = sharpen(additive(weights), EVEN, 26, additive=True)
    assert found.estimate.method == "closed form"
    assert found.estimate.values[:, 0] == pytest.approx(weights)


def test_a_constant_game_stays_with_its_groups() -> None:
    stream = list(sharpen(additive(np.zeros(24)), EVEN, 400))
    assert {level.players for level in stream} == {EVEN}
    assert not stream[-1].estimate.values.any()


@pytest.mark.parametrize("groups", [((0,),), ((0, 1, 2),)])
def test_one_player_gets_all(groups: Partition) -> None:
    first = next(sharpen(additive(np.ones(len(groups[0]))), groups, 100))
    assert first.estimate.values[:, 0] == pytest.approx([len(groups[0])])


@pytest.mark.parametrize("atoms", [300, 10_000])
def test_the_strongest_of_many_atoms_is_found_within_three_levels(atoms: int) -> None:
    rng = np.random.default_rng(atoms)
    weights = rng.normal(0, 0.02, atoms)
    weights[atoms // 3] = 4
    groups = tuple(tuple(run.tolist()) for run in np.array_split(np.arange(atoms), 16))
    stream = list(sharpen(additive(weights), groups, 900))
    assert len(levels(stream)) <= LEVELS
    last = stream[-1]
    assert 16 < len(last.players) <= 16 + (LEVELS - 1) * ADDED
    assert last.players[int(np.abs(last.estimate.values[:, 0]).argmax())] == (atoms // 3,)


def test_too_small_a_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="Two evaluations"):
        next(sharpen(additive(np.ones(24)), EVEN, 1))
