"""The axioms of Shapley (1953) over random games: exact with all combinations, within the errors before."""

import numpy as np
from games import last, table_game
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explain.design import Design
from explain.estimators import estimate
from explain.games import Estimate
from explain.priors import Coalitions, Floats

quick = settings(max_examples=25, deadline=None, derandomize=True)
players = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def tables(draw: st.DrawFn, n: int | None = None) -> Floats:
    """Any game of up to 6 players, float64[2ⁿ, 1]."""
    count = 2 ** (n or draw(players))
    return draw(arrays(np.float64, (count, 1), elements=st.floats(-100, 100, width=32)))


@st.composite
def smooth(draw: st.DrawFn, n: int) -> Floats:
    """A game of single effects with weaker ones of two and three players, float64[2ⁿ, 1]."""
    rng = np.random.default_rng(draw(seeds))
    z = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)
    one, two, three = rng.normal(size=n), rng.normal(size=(n, n)) / n, rng.normal(size=(n, n, n)) / n**2
    second = two + (z @ three.reshape(n, -1)).reshape(-1, n, n)
    return (z @ one + np.einsum("mi,mij,mj->m", z, second, z))[:, None]


def count(table: Floats) -> int:
    return int(np.log2(len(table)))


def exact(table: Floats) -> Estimate:
    return last(estimate(table_game(table), count(table), len(table) if len(table) > 2 else 2))


def scale(*tables: Floats) -> float:
    return 1e-9 * (1 + max(float(np.abs(table).max()) for table in tables))


@quick
@given(tables())
def test_efficiency(table: Floats) -> None:
    found = exact(table)
    assert np.allclose(found.values.sum(0), table[-1] - table[0], rtol=0, atol=scale(table))
    assert found.residual.max() <= scale(table)


@quick
@given(tables(4), tables(4), st.floats(-5, 5))
def test_linearity(first: Floats, second: Floats, factor: float) -> None:
    together = exact(first + factor * second).values
    apart = exact(first).values + factor * exact(second).values
    assert np.allclose(together, apart, rtol=0, atol=10 * scale(first, second))


@quick
@given(tables(5), st.permutations(range(5)))
def test_symmetry(table: Floats, order: list[int]) -> None:
    """Who is renamed keeps the value; so players that are alike get the same."""
    renamed = lambda rows: table_game(table)(rows[:, order])  # noqa: E731
    found = last(estimate(renamed, 5, 32)).values
    assert np.allclose(found[order], exact(table).values, rtol=0, atol=scale(table))


@quick
@given(tables(4), st.integers(0, 4))
def test_dummy(table: Floats, place: int) -> None:
    """Who only ever adds 2 gets 2, and the others what they get without."""
    inner = table_game(table)

    def game(rows: Coalitions) -> Floats:
        return inner(np.delete(rows, place, axis=1)) + 2.0 * rows[:, [place]]

    found = last(estimate(game, 5, 32)).values
    assert abs(found[place, 0] - 2) <= scale(table)
    assert np.allclose(np.delete(found, place, axis=0), exact(table).values, rtol=0, atol=scale(table))


@quick
@given(smooth(9), seeds)
def test_efficiency_holds_at_any_budget(table: Floats, seed: int) -> None:
    for found in estimate(table_game(table), 9, 150, seed):
        assert np.allclose(found.base + found.values.sum(0), found.score, rtol=0, atol=scale(table))


@quick
@given(smooth(8), st.integers(0, 8), seeds)
def test_dummy_within_the_errors_at_partial_budgets(table: Floats, place: int, seed: int) -> None:
    inner = table_game(table)
    found = last(estimate(lambda rows: inner(np.delete(rows, place, axis=1)), 9, 100, seed))
    assert found.stderr is not None
    assert abs(found.values[place, 0]) <= 4 * found.stderr[place, 0] + 1e-9


@quick
@given(smooth(9), st.permutations(range(9)), seeds)
def test_symmetry_within_the_errors_at_partial_budgets(table: Floats, order: list[int], seed: int) -> None:
    game = table_game(table)
    one, other = (last(estimate(g, 9, 100, seed)) for g in (game, lambda rows: game(rows[:, order])))
    assert one.stderr is not None
    assert other.stderr is not None
    error = np.hypot(one.stderr, other.stderr[order])
    assert (np.abs(one.values - other.values[order]) <= 4 * error + 1e-9).all()


@quick
@given(smooth(9), smooth(9), seeds)
def test_linearity_within_the_errors_at_partial_budgets(first: Floats, second: Floats, seed: int) -> None:
    parts = [last(estimate(table_game(table), 9, 100, seed)) for table in (first, second, first + 2 * second)]
    (a, ea), (b, eb), (both, e) = ((each.values, each.stderr) for each in parts)
    assert ea is not None and eb is not None and e is not None
    assert (np.abs(both - a - 2 * b) <= 4 * np.sqrt(ea**2 + 4 * eb**2 + e**2) + 1e-9).all()


@quick
@given(tables(), seeds)
def test_equality_with_enumeration_when_the_budget_allows(table: Floats, seed: int) -> None:
    n = count(table)
    found = last(estimate(table_game(table), n, 2**n + 5, seed))
    assert found.method == "exact enumeration"
    assert np.array_equal(found.values, exact(table).values)


@quick
@given(smooth(9), seeds, st.integers(2, 120), st.integers(2, 120))
def test_the_same_seed_gives_the_same_stream_however_far_it_goes(table: Floats, seed: int, a: int, b: int) -> None:
    short, long = (list(estimate(table_game(table), 9, budget, seed)) for budget in sorted((a, b)))
    known = {found.evaluations: found for found in long}
    for found in short:
        if found.evaluations in known:
            assert np.allclose(found.values, known[found.evaluations].values, rtol=0, atol=1e-9)


@quick
@given(st.integers(2, 20), st.lists(st.integers(0, 40), min_size=2, max_size=4))
def test_designs_are_nested(n: int, counts: list[int]) -> None:
    design = Design(n)
    most = min(max(counts), len(design.candidates))
    longest = Design(n).first(most)
    for each in counts:
        assert np.array_equal(design.first(min(each, most)), longest[: min(each, most)])


@quick
@given(smooth(9), seeds, st.integers(1, 16).map(lambda half: 2 * half), st.integers(1, 5))
def test_leaving_a_stream_ends_the_work_within_a_batch(table: Floats, seed: int, step: int, after: int) -> None:
    asked: list[tuple[bool, ...]] = []

    def game(rows: Coalitions) -> Floats:
        assert len(rows) <= max(step, 2)
        asked.extend(map(tuple, rows.tolist()))
        return table_game(table)(rows)

    stream = estimate(game, 9, 100, seed, step=step)
    for _, found in zip(range(after), stream, strict=False):
        assert found.evaluations == len(asked) == len(set(asked))
    stream.close()  # type: ignore[attr-defined]
    assert len(asked) <= max(step, 2) * (after + 1)
