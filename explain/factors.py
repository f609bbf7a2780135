"""Cholesky factors of a design that grow with it, and what the answers of a game are in their coordinates.

The factors follow from the design alone: they are nested, the same for every game and seed, and kept. Knows no game.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from .design import Design, one_thread
from .priors import Coalitions, Floats, Prior, Scaled, prior

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

    @classmethod
    def solved(cls, own: Floats, seen: Floats, projected: Floats) -> "Block":
        """From what is left of the kernel, of L⁻¹ before these rows and of V, once earlier rows are taken off."""
        parts = []
        for left, *others in zip(own, seen, projected, strict=True):
            root = cholesky(left, lower=True)
            right = np.hstack([others[0], np.eye(len(root)), others[1]])
            parts.append((solve_triangular(root, right, lower=True), np.log(np.diag(root))))
        after = seen.shape[2] + own.shape[1]
        solved, logs = (np.stack(part) for part in zip(*parts, strict=True))
        return cls(np.ascontiguousarray(solved[:, :, :after]), np.ascontiguousarray(solved[:, :, after:]), logs)


class Factors:
    """Cholesky factors K + noise = LLᵀ of growing rows, under several assumptions (a prior and a noise) at once.

    Of the `rows` so far, signs float64[p, n], block by block. 8 a p²/2 bytes: 1.3 MB for 10 assumptions and 176 rows.
    """

    def __init__(self, n: int, priors: Sequence[Prior | Scaled]) -> None:
        self.priors = priors
        self.assumptions = [(assumed, noise) for assumed in priors for noise in NOISES]
        self.rows = np.empty((0, n))
        self.blocks: list[Block] = []

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return sum(b.inverse.nbytes + b.projected.nbytes + b.logs.nbytes for b in self.blocks) + self.rows.nbytes

    def grow(self, rows: Floats) -> None:
        """Add signs float64[m, n] as one block, by blockwise forward substitution."""
        past = len(self.rows)
        self.rows = np.concatenate([self.rows, rows])
        kernels = {id(each): each.of_pairs(rows, self.rows) for each, _ in self.assumptions}
        crosses = {id(each): each.of_values(rows).T for each, _ in self.assumptions}
        kernel = np.stack([kernels[id(each)] for each, _ in self.assumptions])
        projected = np.stack([crosses[id(each)] for each, _ in self.assumptions])
        own = kernel[:, :, past:] + [noise * each.diagonal * np.eye(len(rows)) for each, noise in self.assumptions]
        seen = np.zeros((len(own), len(rows), past))
        for block in self.blocks:
            until = block.inverse.shape[2]
            factor = kernel[:, :, :until] @ block.inverse.swapaxes(1, 2)
            own -= factor @ factor.swapaxes(1, 2)
            seen[:, :, :until] -= factor @ block.inverse
            projected -= factor @ block.projected
        self.blocks.append(Block.solved(own, seen, projected))

    def keep(self, chosen: Sequence[int]) -> None:
        """Of the assumptions, only those."""
        self.assumptions = [self.assumptions[a] for a in chosen]
        self.blocks = [Block(b.inverse[chosen], b.projected[chosen], b.logs[chosen]) for b in self.blocks]


class Whitened:
    """The answers g float64[p, k] of one game in the coordinates of some factors, L⁻¹g for each assumption."""

    def __init__(self, factors: Factors, outputs: int) -> None:
        assumptions = len(factors.assumptions)
        self.factors, self.answers = factors, np.empty((0, outputs))
        self._parts: list[Floats] = []
        self._squares, self._logs = np.zeros((assumptions, outputs)), np.zeros(assumptions)

    def __len__(self) -> int:
        return len(self.answers)

    def add(self, answers: Floats) -> None:
        """g float64[m, k] of the next rows, which the factors have."""
        start = len(self.answers)
        self.answers = np.concatenate([self.answers, answers])
        for block, rows, past in self._blocks(start):
            part = block.inverse[:, rows, :past] @ self.answers[:past]
            self._parts.append(part)
            self._squares += (part**2).sum(1)
            self._logs += block.logs[:, rows].sum(1)

    def _blocks(self, start: int) -> Iterator[tuple[Block, slice, int]]:
        """The blocks from row `start` on: which of their rows, and how many rows there are until the last of them."""
        first = 0
        for block in self.factors.blocks:
            after = block.inverse.shape[2]
            stop = min(after, len(self.answers))
            if stop > max(first, start):
                yield block, slice(max(start - first, 0), stop - first), stop
            first = after

    def losses(self) -> Floats:
        """−2 log marginal likelihood at its best scale σ² = |L⁻¹g|²/p, float64[assumptions, k], up to a constant."""
        loss: Floats = len(self) * np.log(np.maximum(self._squares / len(self), 1e-300)) + 2 * self._logs[:, None]
        return loss

    def keep(self, chosen: Sequence[int]) -> None:
        """Of the assumptions, only those."""
        self.factors.keep(chosen)
        self._parts = [part[chosen] for part in self._parts]
        self._squares, self._logs = self._squares[chosen], self._logs[chosen]

    def posterior(self, chosen: Sequence[int]) -> tuple[Floats, Floats]:
        """Mean and variance of the values, float64[values, k], under the assumption chosen for each output.

        σ² is that of all answers or of the last quarter, whichever is more: an assumption that has come to fit worse
        than it did knows less than it thinks.
        """
        whitened = np.concatenate(self._parts, axis=1)
        mean = np.empty((self.factors.blocks[0].projected.shape[2], len(chosen)))
        variance = np.empty_like(mean)
        for a in set(chosen):
            outputs = [k for k, each in enumerate(chosen) if each == a]
            own, projected = whitened[a][:, outputs], self._projected(a)
            mean[:, outputs] = projected.T @ own
            scale = np.maximum((own**2).mean(0), (own[-max(len(own) // 4, 1) :] ** 2).mean(0))
            left = np.maximum(self.factors.assumptions[a][0].variance - (projected**2).sum(0), 0)
            variance[:, outputs] = np.outer(left, scale)
        return mean, variance

    def best(self) -> tuple[list[int], Floats]:
        """For each output, the assumption of the highest marginal likelihood, and its loss, float64[k]."""
        losses = self.losses()
        least: Floats = losses.min(0)
        return (losses <= least + 1e-6).argmax(0).tolist(), least  # of equals the first, however they were rounded

    def weights(self, a: int) -> Floats:
        """VᵀL⁻¹, float64[values, p]: how the mean follows the answers under assumption `a`."""
        projected = self._projected(a)
        weights, start = np.zeros((projected.shape[1], len(self))), 0
        for block, rows, past in self._blocks(0):
            own = block.inverse[a, rows, :past]
            weights[:, :past] += projected[start : start + len(own)].T @ own
            start += len(own)
        return weights

    def _projected(self, a: int) -> Floats:
        return np.concatenate([block.projected[a, rows] for block, rows, _ in self._blocks(0)])


def anew(priors: Sequence[Prior | Scaled], rows: Floats, answers: Floats) -> Whitened:
    """Answers float64[p, k] to rows float64[p, n], with factors of their own."""
    factors = Factors(rows.shape[1], priors)
    factors.grow(rows)
    found = Whitened(factors, answers.shape[1])
    found.add(answers)
    return found


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
            rows = self._rows(most - 1)
            for start in range(known, most, BLOCK):
                self.factors.grow(rows[start : start + BLOCK])
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
