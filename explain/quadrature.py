"""Paired Bayesian quadrature: which coalitions to ask for, and Shapley values with errors from what they answered.

Write a coalition as z ∈ {−1, 1}ⁿ. Shapley values depend only on the odd part g(z) = ½[v(z) − v(−z)] of a game
(Fumagalli et al. 2026, "An Odd Estimator for Shapley Values", arXiv 2602.01399). So complementary pairs are evaluated,
a Gaussian process is put on g, and mean and standard error of the values are read off its posterior. Everything
depends on counts of agreeing signs, so it is tabulated once for n players and a decay ρ.
"""

import math
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

one_thread = threading.Lock()
"""threadpool_limits sets and restores a limit of the whole process: two at once would leave it in place for good."""

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]

LINEAR = 30.0
"""Prior weight of the additive part of a game: most are mostly additive."""
RHOS = (0.02, 0.05, 0.1, 0.2, 0.35)
"""Decay of the higher orders; the marginal likelihood chooses among them."""
NOISES = (1e-9, 1e-2)
"""Observation noise relative to the prior variance of g; chosen likewise."""


@dataclass(frozen=True)
class Prior:
    """cov(g(z), g(z′)) by the number of agreeing signs, float64[n + 1]; |cov(φᵢ, g(z))| by the number of + among the
    other signs, float64[n]; var(φᵢ)."""

    kernel: Floats
    cross: Floats
    variance: float

    def of_pairs(self, a: Floats, b: Floats) -> Floats:
        """cov(g(a), g(b)), float64[p, q], for signs a float64[p, n] and b float64[q, n]."""
        return self.kernel[np.rint((a.shape[1] + a @ b.T) / 2).astype(int)]

    def of_values(self, z: Floats) -> Floats:
        """cov(φᵢ, g(z)), float64[n, p], for signs z float64[p, n]."""
        plus = (z > 0).sum(1, keepdims=True) - (z > 0)
        return (z * self.cross[plus]).T


@cache
def prior(n: int, rho: float) -> Prior:
    """Orders |T| = 1 weigh LINEAR / n, odd orders ρ^(|T|−1) / n each:

    K(z, z′) = LINEAR · z·z′/n + [Π(1 + ρzⱼz′ⱼ) − Π(1 − ρzⱼz′ⱼ)] / 2ρn. Since φᵢ = 2 Σ_{T∋i} b_T / |T|, the covariances
    with φ integrate the polynomial of the orders over t ∈ [0, 1]; Gauss–Legendre with n/2 + 2 nodes is exact.
    """
    agree = np.arange(n + 1)
    kernel = LINEAR * (2 * agree - n) / n + odd(rho, agree, n - agree) / (rho * n)
    nodes, weights = np.polynomial.legendre.leggauss(n // 2 + 2)
    nodes, weights = (nodes + 1) / 2, weights / 2
    plus = np.arange(n)[:, None]
    cross = (2 * LINEAR + 2 * even(rho * nodes, plus, n - 1 - plus) @ weights) / n
    both = weights @ even(rho * np.outer(nodes, nodes), n - 1, 0) @ weights
    return Prior(kernel, cross, 4 * (LINEAR + float(both)) / n)


def even(x: Floats, plus: Any, minus: Any) -> Floats:
    """The part of (1 + x)^plus (1 − x)^minus that is even in x, for whole plus and minus, of any shapes."""
    return ((1 + x) ** plus * (1 - x) ** minus + (1 - x) ** plus * (1 + x) ** minus) / 2


def odd(x: float, plus: Any, minus: Any) -> Floats:
    """The part of (1 + x)^plus (1 − x)^minus that is odd in x, likewise."""
    return ((1 + x) ** plus * (1 - x) ** minus - (1 - x) ** plus * (1 + x) ** minus) / 2


def fit(z: Floats, g: Floats) -> tuple[Floats, Floats, Floats]:
    """Posterior of φ given g(z): mean and standard error float64[n, k], and the residual float64[k] before spreading.

    z: float64[p, n] signs, the first row all ones; g: float64[p, k].
    """
    n = z.shape[1]
    rhos = (*RHOS, 1.8 / n) if n > 30 else RHOS
    with one_thread, threadpool_limits(1, "blas"):  # at these sizes threads only fight those of torch
        columns = [fit_column(z, column, rhos) for column in g.T]
    values, stderr, residual = (np.stack(part, axis=-1) for part in zip(*columns, strict=True))
    return values, stderr, residual


def fit_column(z: Floats, g: Floats, rhos: tuple[float, ...]) -> tuple[Floats, Floats, Floats]:
    """`fit` for one output, by the (ρ, noise) of the highest marginal likelihood."""
    n, pairs = z.shape[1], len(g)
    best: tuple[float, Prior, tuple[Floats, bool], Floats, float] | None = None
    for assumed in (prior(n, rho) for rho in rhos):
        kernel = assumed.of_pairs(z, z)
        for noise in NOISES:
            factor = cho_factor(kernel + noise * kernel[0, 0] * np.eye(pairs), lower=True)
            weights = cho_solve(factor, g)
            scale = max(float(g @ weights) / pairs, 1e-300)
            loss = pairs * math.log(scale) + 2 * float(np.log(np.diag(factor[0])).sum())
            if best is None or loss < best[0]:
                best = loss, assumed, factor, weights, scale
    assert best is not None  # RHOS and NOISES are not empty
    _, assumed, factor, weights, scale = best
    cross = assumed.of_values(z)
    values = cross @ weights
    gap = 2 * g[0] - values.sum()
    variance = scale * (assumed.variance - (cross * cho_solve(factor, cross.T).T).sum(1))
    return values + gap / n, np.sqrt(np.maximum(variance, 0)), np.abs(gap)


class Design:
    """Nested pairs for n players, chosen before any data: each next one tells most about the Shapley values.

    It is the pair that maximises Σᵢ cov(φᵢ, g)² / (var g + η) under the posterior at ρ = 0.15, by a pivoted Cholesky
    factor that grows by one row a pair.
    """

    RHO, ETA, POOL, SEED = 0.15, 1e-3, 4000, 7

    def __init__(self, n: int) -> None:
        self.candidates = candidates(n, self.POOL, self.SEED)
        self._lock = threading.Lock()
        self._prior = prior(n, self.RHO)
        self._signs = np.where(self.candidates, 1.0, -1.0)
        self._variance = np.full(len(self._signs), self._prior.kernel[-1])
        self._cross = self._prior.of_values(self._signs)
        self._rows = np.empty((0, len(self._signs)))
        self._picked: list[int] = []
        ends = np.ones((1, n))
        self._observe(self._prior.of_pairs(self._signs, ends)[:, 0], self._prior.of_values(ends)[:, 0], self._noise())

    def first(self, count: int) -> Coalitions:
        """The first `count` pairs, bool[count, n]; their complements are implied, as are the two ends before them."""
        with self._lock, one_thread, threadpool_limits(1, "blas"):
            while len(self._picked) < count:
                self._pick()
            return self.candidates[self._picked[:count]]

    def _noise(self) -> float:
        return self._prior.kernel[-1] * (1 + self.ETA)

    def _pick(self) -> None:
        gain = (self._cross**2).sum(0) / (np.maximum(self._variance, 0) + self.ETA * self._prior.kernel[-1])
        gain[self._picked] = -1
        best = int(gain.argmax())
        self._picked.append(best)
        covariance = self._prior.of_pairs(self._signs, self._signs[best : best + 1])[:, 0]
        covariance = covariance - self._rows.T @ self._rows[:, best]
        variance = max(self._variance[best], 0) + self.ETA * self._prior.kernel[-1]
        self._observe(covariance, self._cross[:, best].copy(), variance)

    def _observe(self, covariance: Floats, cross: Floats, variance: float) -> None:
        """Condition on a pair, given its posterior variance and covariance with g float64[pool] and φ float64[n]."""
        row = covariance / math.sqrt(variance)
        self._cross -= np.outer(cross / math.sqrt(variance), row)
        self._variance -= row**2
        self._rows = np.concatenate([self._rows, row[None]])


def candidates(n: int, pool: int, seed: int) -> Coalitions:
    """Pairs to choose from, one coalition of each, bool[≤ pool + n, n] without the ends: all of them up to n = 13."""
    if n <= 13:
        return ((np.arange(1, 2 ** (n - 1))[:, None] >> np.arange(n)) & 1).astype(bool)
    rng = np.random.default_rng(seed)
    sizes = np.arange(1, n // 2 + 1)
    weight = 1 / np.sqrt(sizes * (n - sizes))  # small and large coalitions tell more of one player
    chosen = rng.choice(sizes, pool, p=weight / weight.sum())
    random = rng.random((pool, n)).argsort(1) < chosen[:, None]
    rows = np.concatenate([np.eye(n, dtype=bool), random])
    return np.unique(np.where(rows[:, :1], ~rows, rows), axis=0)


@lru_cache(maxsize=16)
def design(n: int) -> Design:
    """The one design for n players; it grows as more of it is asked for, to 16 MB at most."""
    return Design(n)
