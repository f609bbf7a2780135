"""Bayesian quadrature: values and their standard errors from what coalitions answered, by a Gaussian process.

The values asked for are linear in the game, so their posterior follows from factors of the design alone. Those are
nested, the same for every game and seed, and kept; a game adds one product with its answers. Knows no game and no task.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from .design import Design, one_thread
from .priors import Coalitions, Floats, Prior, prior

RHOS = (0.02, 0.05, 0.1, 0.2, 0.35)
"""Decay of the higher orders; the marginal likelihood chooses among them."""
NOISES = (1e-9, 1e-2)
"""Observation noise relative to the prior variance of g; chosen likewise."""
BLOCK = 16
"""Rows by which factors grow."""
KEPT_BYTES = 128 * 2**20
"""Designs and factors kept for later, over all n, least recently used dropped first."""


@dataclass(frozen=True)
class Block:
    """Rows of the factors, for each assumption a: of L⁻¹, float64[a, rows, rows so far]; of V = L⁻¹Cᵀ, float64[a, rows,
    values]; and log diag L, float64[a, rows]."""

    inverse: Floats
    projected: Floats
    logs: Floats


class Factors:
    """Cholesky factors K + noise = LLᵀ of growing rows, under several assumptions (a prior and a noise) at once.

    Of the `rows` so far, signs float64[p, n], block by block. 8 a p²/2 bytes: 1.3 MB for 10 assumptions and 176 rows.
    """

    def __init__(self, n: int, priors: Sequence[Prior]) -> None:
        self.priors = priors
        self.assumptions = [(assumed, noise) for assumed in priors for noise in NOISES]
        self.rows = np.empty((0, n))
        self.blocks: list[Block] = []

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return sum(b.inverse.nbytes + b.projected.nbytes + b.logs.nbytes for b in self.blocks) + self.rows.nbytes

    def grow(self, rows: Floats) -> None:
        """Add signs float64[m, n]."""
        for start in range(0, len(rows), BLOCK):
            new = rows[start : start + BLOCK]
            self.rows = np.concatenate([self.rows, new])
            grown = [self._row_block(a, new) for a in range(len(self.assumptions))]
            self.blocks.append(Block(*(np.stack(part) for part in zip(*grown, strict=True))))

    def _row_block(self, a: int, new: Floats) -> tuple[Floats, Floats, Floats]:
        """The next rows of L⁻¹, of V and of log diag L under assumption `a`, by blockwise forward substitution."""
        assumed, noise = self.assumptions[a]
        kernel = assumed.of_pairs(new, self.rows)
        own = kernel[:, -len(new) :] + noise * assumed.kernel[-1] * np.eye(len(new))
        seen = np.zeros((len(new), len(self.rows) - len(new)))
        projected = assumed.of_values(new).T
        for block in self.blocks:
            inverse, known = block.inverse[a], block.projected[a]
            factor = kernel[:, : inverse.shape[1]] @ inverse.T
            own -= factor @ factor.T
            seen[:, : inverse.shape[1]] -= factor @ inverse
            projected = projected - factor @ known
        root = cholesky(own, lower=True)
        solved = solve_triangular(root, np.hstack([seen, np.eye(len(new)), projected]), lower=True)
        return solved[:, : len(self.rows)], solved[:, len(self.rows) :], np.log(np.diag(root))


class Fit:
    """What the answers of one game say so far, for all its k outputs at once; the assumption is chosen for each.

    `count` rows are observed; those without a number are left out, at the price of factors of its own.
    """

    def __init__(self, factors: Factors, outputs: int) -> None:
        self.factors, self._design = factors, factors
        self._asked = 0
        self._forget(outputs)

    def _forget(self, outputs: int) -> None:
        assumptions = len(self.factors.assumptions)
        self.count, self._answers = 0, np.empty((0, outputs))
        self._whitened: list[Floats] = []  # L⁻¹g, float64[a, rows, k] each
        self._squares, self._logs = np.zeros((assumptions, outputs)), np.zeros(assumptions)

    def observe(self, answers: Floats) -> None:
        """g float64[m, k] of the next m rows of the design."""
        rows = self._design.rows[self._asked : self._asked + len(answers)]
        self._asked += len(answers)
        valid = np.isfinite(answers).all(1)
        if self.factors is self._design and not valid.all():
            self._part_ways()
        if self.factors is not self._design:
            self.factors.grow(rows[valid])
        self._absorb(answers[valid])

    def _part_ways(self) -> None:
        """From the design: with factors of the rows so far."""
        known = self._answers
        self.factors = Factors(self._design.rows.shape[1], self._design.priors)
        self.factors.grow(self._design.rows[: len(known)])
        self._forget(known.shape[1])
        self._absorb(known)

    def _absorb(self, answers: Floats) -> None:
        self._answers = np.concatenate([self._answers, answers])
        for block, rows, past in self._parts(self.count, len(self._answers)):
            whitened = block.inverse[:, rows, :past] @ self._answers[:past]
            self._whitened.append(whitened)
            self._squares += (whitened**2).sum(1)
            self._logs += block.logs[:, rows].sum(1)
        self.count = len(self._answers)

    def _parts(self, start: int, stop: int) -> list[tuple[Block, slice, int]]:
        """Rows `start` to `stop` by block: which rows of it, and how many rows there are until the last of them."""
        edges = np.cumsum([0, *(len(block.logs[0]) for block in self.factors.blocks)])
        return [
            (block, slice(max(start - a, 0), stop_here - a), stop_here)
            for block, (a, b) in zip(self.factors.blocks, pairwise(edges.tolist()), strict=True)
            if (stop_here := min(stop, b)) > max(start, a)
        ]

    def posterior(self, total: Floats | None = None, noise: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Mean and standard error of the values, float64[values, k], and by how much they missed `total`, float64[k].

        total: what the values of an output add up to, if anything; what is missing is spread over them evenly.
        noise: standard deviation of the rounding error of each g but the first, float64[k]; it enters the error.
        """
        chosen, parts = self._chosen(), self._parts(0, self.count)
        whitened = np.concatenate(self._whitened, axis=1)
        mean = np.empty((parts[0][0].projected.shape[2], len(chosen)))
        variance = np.empty_like(mean)
        for a in set(chosen):
            outputs = [k for k, each in enumerate(chosen) if each == a]
            projected = np.concatenate([block.projected[a, rows] for block, rows, _ in parts])
            mean[:, outputs] = projected.T @ whitened[a][:, outputs]
            left = np.maximum(self.factors.assumptions[a][0].variance - (projected**2).sum(0), 0)
            variance[:, outputs] = np.outer(left, self._squares[a, outputs] / self.count)
            if noise is not None:
                weights = self._weights(a, projected, parts)
                weights -= 0 if total is None else weights.mean(0)
                variance[:, outputs] += np.outer((weights[:, 1:] ** 2).sum(1), noise[outputs] ** 2)
        gap = np.zeros(len(chosen)) if total is None else total - mean.sum(0)
        return mean + gap / len(mean), np.sqrt(variance), np.abs(gap)

    def _chosen(self) -> list[int]:
        """For each output, the assumption of the highest marginal likelihood at its best scale σ² = |L⁻¹g|²/p."""
        scale = np.maximum(self._squares / self.count, 1e-300)
        loss: Floats = self.count * np.log(scale) + 2 * self._logs[:, None]
        return (loss <= loss.min(0) + 1e-6).argmax(0).tolist()  # of equals the first, however they were rounded

    def _weights(self, a: int, projected: Floats, parts: list[tuple[Block, slice, int]]) -> Floats:
        """VᵀL⁻¹, float64[values, p]: how the mean follows the answers."""
        weights, start = np.zeros((projected.shape[1], self.count)), 0
        for block, rows, past in parts:
            own = block.inverse[a, rows, :past]
            weights[:, :past] += projected[start : start + len(own)].T @ own
            start += len(own)
        return weights


class Nested:
    """The design for n players behind its first row, the ends; and the factors for Shapley values. Both grow."""

    def __init__(self, n: int) -> None:
        rhos = (*RHOS, 1.8 / n) if n > 30 else RHOS
        self.design, self.factors = Design(n), Factors(n, [prior(n, rho) for rho in rhos])

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.design.nbytes + self.factors.nbytes

    def first(self, count: int) -> Coalitions:
        """The full coalition and the first `count` pairs, bool[1 + count, n]; the factors cover at least these."""
        known = len(self.factors.rows)
        if count >= known:
            most = min(math.ceil((count + 1) / BLOCK) * BLOCK, 1 + len(self.design.candidates))
            self.factors.grow(self._rows(most - 1)[known:])
        return self._rows(count) > 0

    def _rows(self, count: int) -> Floats:
        pairs = self.design.first(count)
        return np.where(np.concatenate([np.ones((1, pairs.shape[1]), bool), pairs]), 1.0, -1.0)


_nested: OrderedDict[int, Nested] = OrderedDict()


def nested(n: int) -> Nested:
    """The one design for n players with its factors; the least recently used make room beyond KEPT_BYTES."""
    with one_thread():
        found = _nested.pop(n, None) or Nested(n)
        _nested[n] = found
        while len(_nested) > 1 and sum(each.nbytes for each in _nested.values()) > KEPT_BYTES:
            _nested.popitem(last=False)
    return found
