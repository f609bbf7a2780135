"""Which two players matter together: the Shapley interaction index of pairs, on demand. Knows no task.

I_ij = Σ_{S ⊆ N∖ij} |S|!(n − |S| − 2)!/(n − 1)! · [v(S∪ij) − v(S∪i) − v(S∪j) + v(S)] (Grabisch & Roubens 1999, "An
axiomatic approach to the concept of interaction among players in cooperative games"); for pairs it is the n-Shapley
value of order 2 too (Bordt & von Luxburg 2023). In v(z) = Σ_T b_T Π_{j∈T} zⱼ it is 4 Σ b_T / (|T| − 1) over even T
with i and j: it depends on the even part ½[v(z) + v(−z)] alone, which the pairs of an explanation have answered.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from .design import one_thread
from .factors import nested
from .games import Game, Memo, ends
from .priors import Floats, rule

RHOS = (0.05, 0.1, 0.2, 0.35, 0.5)
"""Decay of the orders above two; the marginal likelihood chooses."""
PAIRWISE = (0.0, 10.0)
"""Additional prior weight of the pairs; chosen likewise."""
NOISES = (1e-8, 1e-2)
"""Observation noise relative to the prior variance without its constant; chosen likewise."""
CONSTANT = 100.0
"""Prior weight of the level of the game, relative to the rest: next to nothing is known of it."""
MAX_PAIRS = 512
"""Of complements; beyond, a fit takes seconds."""


@dataclass(frozen=True)
class Interactions:
    """Of n players, the n(n − 1)/2 pairs, the strongest first.

    pairs int64[pairs, 2]; values float64[pairs, k]; stderr likewise, or None before 8 evaluations a player.
    """

    pairs: np.ndarray
    values: Floats
    stderr: Floats | None
    evaluations: int
    exact: bool


def interactions(game: Game, n: int, budget: int, seed: int = 0) -> Interactions:
    """The interactions of two among `n` players, exact where 2ⁿ fits the budget.

    Give the Memo of an estimate as `game`, and the same seed, and nothing that it has asked is asked again; budget and
    evaluations count all of it. Raises ValueError for a budget under 2, or where an end is no number.
    """
    if budget < 2:
        raise ValueError(f"Two evaluations are the least an explanation needs, got {budget}.")
    memo = game if isinstance(game, Memo) else Memo(game)
    if n < 2:
        v = memo(np.ones((1, n), bool))
        return ordered(n, np.empty((0, v.shape[1])), np.empty((0, v.shape[1])), len(memo), True)
    if 2**n <= budget:
        values = enumerated(memo, n)
        if np.isfinite(values).all():
            return ordered(n, values, np.zeros_like(values), len(memo), True)
    return estimated(memo, n, budget, seed)


def ordered(n: int, values: Floats, stderr: Floats | None, evaluations: int, exact: bool) -> Interactions:
    """The strongest pair first, by its largest value over the outputs."""
    best = np.argsort(-np.abs(values).max(1, initial=0), kind="stable")
    pairs = np.stack(np.triu_indices(n, 1), axis=1)
    return Interactions(pairs[best], values[best], None if stderr is None else stderr[best], evaluations, exact)


def enumerated(memo: Memo, n: int) -> Floats:
    """Every interaction by its definition, float64[pairs, k]."""
    codes = np.arange(2**n)
    v = memo(((codes[:, None] >> np.arange(n)) & 1).astype(bool))
    weight = np.array([1 / ((n - 1) * math.comb(n - 2, s)) for s in range(n - 1)])
    values = []
    for i, j in zip(*np.triu_indices(n, 1), strict=True):
        a, b = 1 << int(i), 1 << int(j)
        without = codes[(codes & (a | b)) == 0]
        both = v[without | a | b] - v[without | a] - v[without | b] + v[without]
        values.append(weight[np.bitwise_count(without)] @ both)
    return np.array(values)


def estimated(memo: Memo, n: int, budget: int, seed: int) -> Interactions:
    """From the even part of pairs of complements, those of `estimate` with this seed."""
    order = np.random.default_rng(seed).permutation(n)
    with one_thread():
        rows = nested(n).first(min((budget - 2) // 2, MAX_PAIRS, 2 ** (n - 1) - 1))[:, order]
    v = memo(np.concatenate([rows, ~rows]))
    upper, lower = v[: len(rows)], v[len(rows) :]
    ends(lower[0], upper[0])
    valid = np.isfinite(upper + lower).all(1)
    z, even, odd = np.where(rows[valid], 1.0, -1.0), (upper + lower)[valid] / 2, (upper - lower)[valid] / 2
    with one_thread():
        found = [fit(z, even[:, k], sizes(z, odd[:, k])) for k in range(v.shape[1])]
    values, stderr = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return ordered(n, values, stderr if 2 * len(z) >= 8 * n else None, len(memo), False)


def sizes(z: Floats, g: Floats) -> Floats:
    """How much each player matters, of mean 1, by least squares on the odd part: who does, interacts."""
    weights = np.abs(np.linalg.lstsq(z, g, rcond=None)[0])
    found: Floats = np.ones(len(weights)) if not weights.any() else weights / weights.mean() + 0.2
    return found / found.mean()


@dataclass(frozen=True)
class Even:
    """The prior of the even part: orders |T| = 2 weigh `pairwise` and even orders ρ^(|T|−2), over the number of pairs,
    each times the sizes float64[n] of its players."""

    rho: float
    pairwise: float
    size: Floats

    @property
    def decay(self) -> Floats:
        """Of each player."""
        return np.minimum(self.rho * self.size, 0.95)

    def of_pairs(self, a: Floats, b: Floats) -> Floats:
        """cov(h(a), h(b)) less the constant, float64[p, q], for signs a float64[p, n] and b float64[q, n]."""
        n, scaled = len(self.size), self.decay / self.rho
        level = np.exp(np.log1p(-(self.decay**2)).sum() / 2)
        orders = level * np.cosh(a * np.arctanh(self.decay) @ b.T) - 1
        second = ((a * scaled @ b.T) ** 2 - (scaled**2).sum()) / 2
        return (self.pairwise * second + orders / self.rho**2) / math.comb(n, 2)

    def of_interactions(self, z: Floats) -> Floats:
        """cov(I_ij, h(z)), float64[pairs, p], for signs z float64[p, n]."""
        i, j = np.triu_indices(len(self.size), 1)
        scaled, total = self.decay / self.rho, np.zeros((len(z), len(i)))
        for t, weight in zip(*rule(8), strict=True):
            slopes, logs = z * np.arctanh(t * self.decay), np.log1p(-((t * self.decay) ** 2)) / 2
            others = slopes.sum(1, keepdims=True) - slopes[:, i] - slopes[:, j]
            total += weight * np.exp(logs.sum() - logs[i] - logs[j]) * np.cosh(others)
        found: Floats = 4 * (z[:, i] * z[:, j] * scaled[i] * scaled[j] * (self.pairwise + total)).T / len(i)
        return found

    def variance(self) -> Floats:
        """var(I_ij), float64[pairs]."""
        i, j = np.triu_indices(len(self.size), 1)
        scaled, total = self.decay / self.rho, np.zeros(len(i))
        nodes, weights = rule(8)
        for t, weight in zip(np.outer(nodes, nodes).ravel(), np.outer(weights, weights).ravel(), strict=True):
            for sign in (1, -1):
                logs = np.log1p(sign * t * self.decay)
                total += weight * np.exp(logs.sum() - logs[i] - logs[j]) / 2
        found: Floats = 16 * scaled[i] * scaled[j] * (self.pairwise + total) / len(i)
        return found


def fit(z: Floats, h: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Posterior mean and standard error of the interactions, float64[pairs] each, given h(z) float64[p]."""
    alike, best = np.ones_like(size), None
    for assumed in (Even(rho, pairwise, each) for rho in RHOS for pairwise in PAIRWISE for each in (alike, size)):
        kernel = assumed.of_pairs(z, z)
        for noise in NOISES:
            covariance = kernel + kernel[0, 0] * (CONSTANT + noise * np.eye(len(z)))
            root = cholesky(covariance, lower=True)
            white = solve_triangular(root, h, lower=True)
            scale = max(float(white @ white) / len(z), 1e-300)
            loss = len(z) * math.log(scale) + 2 * float(np.log(np.diag(root)).sum())
            if best is None or loss < best[0]:
                best = loss, assumed, root, white, scale
    assert best is not None  # RHOS, PAIRWISE and NOISES are not empty
    _, assumed, root, white, scale = best
    cross = solve_triangular(root, assumed.of_interactions(z).T, lower=True)
    left = np.maximum(assumed.variance() - (cross**2).sum(0), 0)
    return cross.T @ white, np.sqrt(scale * left)
