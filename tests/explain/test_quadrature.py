"""The fit that grows, against one that starts anew by the formulas; and what is kept."""

import numpy as np
import pytest
from games import network_game
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from explain import factors
from explain.factors import NOISES, RHOS, Factors, Nested, nested
from explain.priors import Coalitions, Floats, prior
from explain.quadrature import Fit


def dense(z: Floats, g: Floats, noise: float = 0.0) -> tuple[Floats, Floats, float]:
    """Mean, standard error and gap for one output: a Cholesky factor from scratch for every assumption."""
    n, best = z.shape[1], None
    for rho in (*RHOS, 1.8 / n) if n > 30 else RHOS:
        assumed = prior(n, rho)
        kernel = assumed.of_pairs(z, z)
        for jitter in NOISES:
            factor = cho_factor(kernel + jitter * kernel[0, 0] * np.eye(len(g)), lower=True)
            scale = max(g @ cho_solve(factor, g) / len(g), 1e-300)
            loss = len(g) * np.log(scale) + 2 * np.log(np.diag(factor[0])).sum()
            if best is None or loss < best[0] - 1e-6:
                best = loss, assumed, factor, scale
    _, assumed, factor, scale = best
    cross = assumed.of_values(z)
    weights = cho_solve(factor, cross.T).T
    values = weights @ g
    gap = 2 * g[0] - values.sum()
    spread = weights - weights.mean(0)
    rounding = noise**2 * (spread[:, 1:] ** 2).sum(1)
    white = solve_triangular(factor[0], g, lower=True)
    scale = max(scale, (white[-max(len(g) // 4, 1) :] ** 2).mean())
    variance = scale * (assumed.variance - (cross * weights).sum(1))
    return values + gap / n, np.sqrt(np.maximum(variance, 0) + rounding), abs(gap)


def answers(rows: Coalitions, seeds: tuple[int, ...]) -> Floats:
    games = [network_game(rows.shape[1], seed) for seed in seeds]
    return np.concatenate([(game(rows) - game(~rows)) / 2 for game in games], axis=1)


@pytest.mark.parametrize(("n", "pairs"), [(3, 3), (6, 31), (13, 100), (20, 250), (40, 150)])
def test_growing_step_by_step_equals_starting_anew(n: int, pairs: int) -> None:
    fit = Fit(nested(n).factors, 2, adaptive=False)
    noise = np.array([0.01, 0.02])
    done = 0
    for count in sorted({min(c, pairs) for c in (2, 15, 31, 40, 100, 250)}):
        rows = nested(n).first(count)
        g = answers(rows, (1, 2))
        fit.observe(g[done:])
        done = len(rows)
        values, stderr, gap = fit.posterior(2 * g[0], noise)
        for k in range(2):
            expected = dense(np.where(rows, 1.0, -1.0), g[:, k], noise[k])
            assert np.allclose(values[:, k], expected[0], rtol=1e-9, atol=1e-9)
            assert np.allclose(stderr[:, k], expected[1], rtol=1e-6, atol=1e-6)
            assert gap[k] == pytest.approx(expected[2], rel=1e-9, abs=1e-9)


def test_rows_without_a_number_are_left_out() -> None:
    rows = nested(9).first(60)
    g = answers(rows, (1,))
    g[[20, 21, 50]] = np.nan
    fit = Fit(nested(9).factors, 1, adaptive=False)
    for part in np.split(g, [10, 30, 45]):
        fit.observe(part)
    values, stderr, _ = fit.posterior(2 * g[0])
    whole = np.isfinite(g[:, 0])
    expected = dense(np.where(rows, 1.0, -1.0)[whole], g[whole, 0])
    assert fit.count == 58
    assert np.allclose(values[:, 0], expected[0], atol=1e-9)
    assert np.allclose(stderr[:, 0], expected[1], atol=1e-6)
    assert len(nested(9).factors.rows) >= 61


def test_factors_hold_what_they_say() -> None:
    made = Nested(8)
    made.first(50)
    z = made.factors.rows
    for a, (assumed, noise) in enumerate(made.factors.assumptions):
        kernel = assumed.of_pairs(z, z) + noise * assumed.kernel[-1] * np.eye(len(z))
        inverse = np.zeros_like(kernel)
        for block in made.factors.blocks:
            past = block.inverse.shape[2]
            inverse[past - block.inverse.shape[1] : past, :past] = block.inverse[a]
        projected = np.concatenate([block.projected[a] for block in made.factors.blocks])
        assert np.allclose(inverse @ kernel @ inverse.T, np.eye(len(z)), atol=1e-6)
        assert np.allclose(projected, inverse @ assumed.of_values(z).T)


def test_a_fit_without_a_sum_to_meet_spreads_nothing() -> None:
    own = Factors(4, [prior(4, 0.1)])
    own.grow(np.array([[1.0, 1, 1, 1], [-1, 1, 1, 1]]))
    fit = Fit(own, 1, adaptive=False)
    fit.observe(np.array([[1.0], [0.5]]))
    values, _, gap = fit.posterior()
    assert gap.tolist() == [0]
    assert values.sum() != pytest.approx(2, abs=1e-9)


def test_there_is_one_design_for_so_many_players() -> None:
    assert nested(11) is nested(11)


def test_what_is_kept_is_bounded_and_the_last_used_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "_nested", type(factors._nested)())
    for n in (5, 6, 7):
        nested(n).first(10)
    monkeypatch.setattr(factors, "KEPT_BYTES", nested(5).nbytes + 1)
    seven = nested(7)
    assert nested(7) is seven
    assert list(factors._nested) == [7]


def sparse(rows: Coalitions) -> Floats:
    """Three of many players matter, and only together with one another."""
    z = np.where(rows, 1.0, -1.0)
    return (z[:, :3].sum(1) + 0.8 * z[:, :3].prod(1))[:, None]


def test_own_decays_help_where_few_players_matter() -> None:
    truth = np.r_[np.full(3, 2 * (1 + 0.8 / 3)), np.zeros(11)][:, None]
    errors = {}
    rows = nested(14).first(60)
    for adaptive in (False, True):
        fit = Fit(nested(14).factors, 1, adaptive)
        fit.observe(sparse(rows))
        values, stderr, _ = fit.posterior(2 * sparse(rows)[0])
        errors[adaptive] = np.abs(values - truth).max()
        assert (np.abs(values - truth) <= 3 * stderr + 1e-9).all()
    assert errors[True] < 0.5 * errors[False]


@pytest.mark.parametrize("parts", [[5, 16, 16, 30], [50, 3, 3, 11]])
def test_what_a_fit_says_does_not_depend_on_its_steps(parts: list[int]) -> None:
    g = answers(nested(10).first(66), (1,))
    said = []
    for steps in ([67], parts):
        fit = Fit(nested(10).factors, 1)
        for part in np.split(g, np.cumsum(steps)[:-1]):
            fit.observe(part)
        said.append(fit.posterior(2 * g[0])[:2])
    assert np.allclose(said[0], said[1], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("n", [150, 500])
def test_many_players_leave_numbers_finite(n: int) -> None:
    rows = nested(n).first(2 * n if n == 150 else 40)
    g = answers(rows, (1,))
    fit = Fit(nested(n).factors, 1)
    fit.observe(g)
    values, stderr, _ = fit.posterior(2 * g[0])
    assert np.isfinite(values).all()
    assert np.isfinite(stderr).all()
    factors._nested.pop(n)
