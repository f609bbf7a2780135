"""Which coalitions to ask for: nested pairs of complements, the same for every game of n players. Knows no game."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import ThreadpoolController

from .priors import Coalitions, Floats, prior

_turn = threading.RLock()
_blas = ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """One caller at a time, with one BLAS thread: at these sizes more of them only fight those of torch.

    The limit is one of the whole process: two at once would leave it in place for good.
    """
    with _turn, _blas.limit(limits=1, user_api="blas"):
        yield


class Design:
    """Nested pairs for n players, chosen before any data: each next one tells most about the Shapley values.

    It is the pair that maximises Σᵢ cov(φᵢ, g)² / (var g + η) under the posterior at ρ = 0.15, by a pivoted Cholesky
    factor that grows by one row a pair.
    """

    RHO, ETA, POOL, SEED = 0.15, 1e-3, 4000, 7

    def __init__(self, n: int) -> None:
        self.candidates = candidates(n, self.POOL, self.SEED)
        self._prior = prior(n, self.RHO)
        self._signs = np.where(self.candidates, 1.0, -1.0)
        self._variance = np.full(len(self._signs), self._prior.kernel[-1])
        self._cross = self._prior.of_values(self._signs)
        self._rows = np.empty((32, len(self._signs)))  # as many are set as there are observations
        self._picked: list[int] = []
        ends = np.ones((1, n))
        self._observe(self._prior.of_pairs(self._signs, ends)[:, 0], self._prior.of_values(ends)[:, 0], self._noise())

    def first(self, count: int) -> Coalitions:
        """The first `count` pairs, bool[count, n]; their complements are implied, as are the two ends before them."""
        with one_thread():
            while len(self._picked) < count:
                self._pick()
            return self.candidates[self._picked[:count]]

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self._rows.nbytes + 3 * self._signs.nbytes

    def _noise(self) -> float:
        return self._prior.kernel[-1] * (1 + self.ETA)

    def _pick(self) -> None:
        gain = (self._cross**2).sum(0) / (np.maximum(self._variance, 0) + self.ETA * self._prior.kernel[-1])
        gain[self._picked] = -1
        best = int(gain.argmax())
        covariance = self._prior.of_pairs(self._signs, self._signs[best : best + 1])[:, 0]
        past = self._rows[: len(self._picked) + 1]  # the ends came before the pairs
        covariance = covariance - past.T @ past[:, best]
        variance = max(self._variance[best], 0) + self.ETA * self._prior.kernel[-1]
        self._picked.append(best)
        self._observe(covariance, self._cross[:, best].copy(), variance)

    def _observe(self, covariance: Floats, cross: Floats, variance: float) -> None:
        """Condition on a pair, given its posterior variance and covariance with g float64[pool] and φ float64[n]."""
        row = covariance / math.sqrt(variance)
        self._cross -= np.outer(cross / math.sqrt(variance), row)
        self._variance -= row**2
        if len(self._picked) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[len(self._picked)] = row


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
