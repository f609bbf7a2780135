"""What is assumed of a game before it is asked: Gaussian processes on its odd and even parts. Knows no estimate.

Write a coalition as z ∈ {−1, 1}ⁿ and a game as v(z) = Σ_T b_T Π_{j∈T} zⱼ. Shapley values depend only on the odd part
½[v(z) − v(−z)] (Fumagalli et al. 2026, "An Odd Estimator for Shapley Values", arXiv 2602.01399), the interactions of
two players only on the even part ½[v(z) + v(−z)]. Every covariance depends on counts of agreeing signs alone, so it is
tabulated once for n players and a decay ρ of the orders |T|.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]

LINEAR = 30.0
"""Prior weight of the additive part of a game: most are mostly additive."""


@dataclass(frozen=True)
class Prior:
    """cov(g(z), g(z′)) by the number of agreeing signs, float64[n + 1]; |cov(φᵢ, g(z))| by the number of + among the
    other signs, float64[n]; var(φᵢ)."""

    kernel: Floats
    cross: Floats
    variance: float

    @property
    def diagonal(self) -> float:
        """var(g(z)), the same for every z."""
        return float(self.kernel[-1])

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
    nodes, weights = rule(n // 2 + 2)
    plus = np.arange(n)[:, None]
    cross = (2 * LINEAR + 2 * even(rho * nodes, plus, n - 1 - plus) @ weights) / n
    both = weights @ even(rho * np.outer(nodes, nodes), n - 1, 0) @ weights
    return Prior(kernel, cross, 4 * (LINEAR + float(both)) / n)


@cache
def rule(count: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights over [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


def even(x: Floats, plus: Any, minus: Any) -> Floats:
    """The part of (1 + x)^plus (1 − x)^minus that is even in x, for whole plus and minus, of any shapes."""
    return ((1 + x) ** plus * (1 - x) ** minus + (1 - x) ** plus * (1 + x) ** minus) / 2


def odd(x: float, plus: Any, minus: Any) -> Floats:
    """The part of (1 + x)^plus (1 − x)^minus that is odd in x, likewise."""
    return ((1 + x) ** plus * (1 - x) ** minus - (1 - x) ** plus * (1 + x) ** minus) / 2


@dataclass(frozen=True)
class Scaled:
    """The same prior with a decay of its own for every player, decay float64[n] of mean ρ: who matters more is taken to
    interact more. Π(1 + rⱼzⱼz′ⱼ) = exp(Σ ½ log(1 − rⱼ²) + Σ atanh(rⱼ)zⱼz′ⱼ), whose odd part is a sinh.
    """

    decay: Floats
    rho: float

    NODES = 8
    """Of the Gauss–Legendre rule: exact to 16 orders, beyond which next to nothing is left."""

    @property
    def diagonal(self) -> float:
        return float(self.of_pairs(np.ones((1, len(self.decay))), np.ones((1, len(self.decay))))[0, 0])

    def of_pairs(self, a: Floats, b: Floats) -> Floats:
        """cov(g(a), g(b)), float64[p, q], for signs a float64[p, n] and b float64[q, n]."""
        n = len(self.decay)
        level = np.exp(np.log1p(-(self.decay**2)).sum() / 2)
        odd_part: Floats = level * np.sinh(a * np.arctanh(self.decay) @ b.T)
        return LINEAR * (a @ b.T) / n + odd_part / (self.rho * n)

    def of_values(self, z: Floats) -> Floats:
        """cov(φᵢ, g(z)), float64[n, p], for signs z float64[p, n]."""
        nodes, weights = rule(min(self.NODES, len(self.decay) // 2 + 2))
        total = np.zeros_like(z)
        for slope, level, weight in zip(*self._levels(nodes), weights, strict=True):
            slopes = z * slope
            total += weight * level * np.cosh(slopes.sum(1, keepdims=True) - slopes)
        n = len(self.decay)
        return (2 * z * (LINEAR + self.decay / self.rho * total) / n).T

    @property
    def variance(self) -> Floats:
        """var(φᵢ), float64[n]."""
        nodes, weights = rule(min(self.NODES, len(self.decay) // 2 + 2))
        x = np.outer(nodes, nodes)[..., None] * self.decay
        plus, minus = np.log1p(x), np.log1p(-x)
        others = np.exp(plus.sum(-1, keepdims=True) - plus) + np.exp(minus.sum(-1, keepdims=True) - minus)
        both = np.einsum("s,t,sti->i", weights, weights, others / 2)
        found: Floats = 4 * (LINEAR + self.decay / self.rho * both) / len(self.decay)
        return found

    def _levels(self, nodes: Floats) -> tuple[Floats, Floats]:
        """For each node t: atanh(trⱼ), and √Π(1 − t²rⱼ²) over the players but one, float64[nodes, n] each."""
        x = nodes[:, None] * self.decay
        logs = np.log1p(-(x**2)) / 2
        return np.arctanh(x), np.exp(logs.sum(1, keepdims=True) - logs)
