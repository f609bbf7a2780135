"""What is assumed of a game, tabulated: against sums over all subsets, written out."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from games import last

from explain.estimators import estimate
from explain.factors import RHOS
from explain.priors import LINEAR, Coalitions, Floats, Scaled, prior


def signs(n: int) -> Floats:
    return np.array(list(itertools.product([-1.0, 1.0], repeat=n)))


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
def test_the_kernel_is_its_formula(n: int, rho: float) -> None:
    z = signs(n)
    product = z[:, None, :] * z[None, :, :]
    expected = LINEAR * product.sum(-1) / n
    expected = expected + ((1 + rho * product).prod(-1) - (1 - rho * product).prod(-1)) / (2 * rho * n)
    assert LINEAR == 30
    assert np.allclose(prior(n, rho).of_pairs(z, z), expected, rtol=1e-9)


def odd_subsets(n: int, rho: float) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every odd subset T with the prior variance of its coefficient."""
    for size in range(1, n + 1, 2):
        for subset in itertools.combinations(range(n), size):
            yield subset, ((LINEAR if size == 1 else 0.0) + rho ** (size - 1)) / n


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_kernel_is_the_sum_over_odd_subsets(n: int, rho: float) -> None:
    z = signs(n)
    expected = sum(weight * np.outer(z[:, t].prod(1), z[:, t].prod(1)) for t, weight in odd_subsets(n, rho))
    assert np.allclose(prior(n, rho).of_pairs(z, z), expected, rtol=1e-9)


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_covariance_with_the_values_is_the_sum_over_odd_subsets(n: int, rho: float) -> None:
    z = signs(n)
    expected, variance = np.zeros((n, len(z))), 0.0
    for subset, weight in odd_subsets(n, rho):
        for i in subset:
            expected[i] += 2 * weight / len(subset) * z[:, subset].prod(1)
        variance += 4 * weight / len(subset) ** 2 * (0 in subset)
    assert np.allclose(prior(n, rho).of_values(z), expected, rtol=1e-9)
    assert prior(n, rho).variance == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize("n", [2, 4, 5])
def test_values_are_what_the_prior_takes_them_for(n: int) -> None:
    """φᵢ = 2 Σ_{T∋i} b_T / |T| for g = Σ_T b_T Π_{j∈T} zⱼ."""
    rng = np.random.default_rng(n)
    coefficients = {subset: rng.normal() for subset, _ in odd_subsets(n, 0.1)}

    def game(coalitions: Coalitions) -> Floats:
        z = np.where(coalitions, 1.0, -1.0)
        return sum(b * z[:, subset].prod(1) for subset, b in coefficients.items())[:, None]

    expected = [2 * sum(b / len(t) for t, b in coefficients.items() if i in t) for i in range(n)]
    assert last(estimate(game, n, 2**n)).values[:, 0] == pytest.approx(expected)


@pytest.mark.parametrize("n", [30, 100, 400])
def test_the_tables_stay_finite_for_many_players(n: int) -> None:
    for rho in (*RHOS, 1.8 / n):
        assumed = prior(n, rho)
        assert np.isfinite(assumed.kernel).all()
        assert np.isfinite(assumed.cross).all()
        assert assumed.variance > 0
        assert (np.abs(assumed.kernel) <= assumed.kernel[-1] * (1 + 1e-12)).all()


# Players with a decay of their own


@pytest.mark.parametrize("n", [1, 4, 6])
def test_equal_decays_are_the_prior_itself(n: int) -> None:
    z, scaled = signs(n), Scaled(np.full(n, 0.2), 0.2)
    assert np.allclose(scaled.of_pairs(z, z), prior(n, 0.2).of_pairs(z, z))
    assert np.allclose(scaled.of_values(z), prior(n, 0.2).of_values(z))
    assert np.allclose(scaled.variance, prior(n, 0.2).variance)
    assert scaled.diagonal == pytest.approx(prior(n, 0.2).diagonal)


def test_own_decays_weigh_a_subset_by_their_product() -> None:
    n, rho = 5, 0.2
    z, decay = signs(n), np.array([0.05, 0.1, 0.2, 0.4, 0.9])
    kernel, cross, variance = 0.0, np.zeros((n, len(z))), np.zeros(n)
    for subset, _ in odd_subsets(n, rho):
        weight = ((LINEAR if len(subset) == 1 else 0.0) + decay[list(subset)].prod() / rho) / n
        kernel = kernel + weight * np.outer(z[:, subset].prod(1), z[:, subset].prod(1))
        for i in subset:
            cross[i] += 2 * weight / len(subset) * z[:, subset].prod(1)
            variance[i] += 4 * weight / len(subset) ** 2
    scaled = Scaled(decay, rho)
    assert np.allclose(scaled.of_pairs(z, z), kernel, rtol=1e-9)
    assert np.allclose(scaled.of_values(z), cross, rtol=1e-9)
    assert np.allclose(scaled.variance, variance, rtol=1e-9)
    assert scaled.diagonal == pytest.approx(np.diag(kernel)[0])


def test_own_decays_of_400_players_stay_finite() -> None:
    rng = np.random.default_rng(0)
    decay = np.minimum(0.5 * rng.pareto(1.5, 400) + 0.05, 0.95)
    z = np.where(rng.random((20, 400)) < 0.5, 1.0, -1.0)
    z[0] = 1
    scaled = Scaled(decay, 0.5)
    for part in (scaled.of_pairs(z, z), scaled.of_values(z), scaled.variance):
        assert np.isfinite(part).all()
