"""Bayesian quadrature: values and their standard errors from what coalitions answered, by a Gaussian process.

The values asked for are linear in the game, so their posterior follows from factors of the design; a game adds one
product with its answers, and a few factors of its own. Knows no task.
"""

import math

import numpy as np

from .factors import RHOS, Factors, Whitened, anew
from .priors import Floats, Scaled

OWN_RHOS = (*RHOS, 0.5)
"""Decay of the higher orders in the mean, once each player has its own."""
FLOOR = 0.1
"""What is added to the size of a player's value, in means, before it decays by it."""
KEPT = 2
"""How many of the assumptions with own decays an output goes on with, until they are made anew."""
ADAPT_UNTIL = 512
"""Rows after which they are not made anew: by then it costs more than it tells."""
ADAPT_PLAYERS = 400
"""Players beyond whom they are not made: products of so many decays leave the range of a float."""


class Fit:
    """What the answers of one game say so far, for all its k outputs at once; the assumption is chosen for each.

    To those that treat all players alike, which are shared, it adds some of its own: once 2n, 4n, 8n … rows are known,
    players decay by the values found until then. Rows without a number are left out, at the price of own factors.
    """

    def __init__(self, factors: Factors, outputs: int, adaptive: bool = True) -> None:
        n = factors.rows.shape[1]
        self._design, self._asked = factors, 0
        self._alike = Whitened(factors, outputs)
        self._own: Whitened | None = None
        self._adapt_at = 2 * n if adaptive and 2 < n <= ADAPT_PLAYERS else math.inf

    @property
    def count(self) -> int:
        """Rows that answered with a number."""
        return len(self._alike)

    def observe(self, answers: Floats) -> None:
        """g float64[m, k] of the next m rows of the design."""
        rows = self._design.rows[self._asked : self._asked + len(answers)]
        self._asked += len(answers)
        valid = np.isfinite(answers).all(1)
        if self._alike.factors is self._design and not valid.all():
            self._alike = anew(self._design.priors, self._design.rows[: self.count], self._alike.answers)
        rows, answers = rows[valid], answers[valid]
        while len(rows):
            some = int(min(len(rows), self._adapt_at - self.count))
            self._add(rows[:some], answers[:some])
            rows, answers = rows[some:], answers[some:]
            if self.count == self._adapt_at:
                self._adapt()

    def _add(self, rows: Floats, answers: Floats) -> None:
        if self._alike.factors is not self._design:
            self._alike.factors.grow(rows)
        self._alike.add(answers)
        if self._own:
            self._own.factors.grow(rows)
            self._own.add(answers)

    def _adapt(self) -> None:
        """To the sizes of the values, all outputs together, with their errors so that none is ruled out too soon."""
        self._adapt_at = 2 * self.count if 2 * self.count <= ADAPT_UNTIL else math.inf
        mean, stderr, _ = self.posterior()
        squares = mean**2 + stderr**2
        size = np.sqrt((squares / np.maximum(squares.sum(0), 1e-300)).mean(1))
        if not size.any():
            return
        shape = size / size.mean() + FLOOR
        decays = [(np.minimum(rho * shape / shape.mean(), 0.95), rho) for rho in OWN_RHOS]
        rows = self._alike.factors.rows[: self.count]
        self._own = anew([Scaled(decay, rho) for decay, rho in decays], rows, self._alike.answers)
        self._own.keep(sorted(set(self._own.losses().argsort(0)[:KEPT].ravel().tolist())))

    def posterior(self, total: Floats | None = None, noise: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Mean and standard error of the values, float64[values, k], and by how much they missed `total`, float64[k].

        total: what the values of an output add up to, if anything; what is missing is spread over them evenly.
        noise: standard deviation of the rounding error of each g but the first, float64[k]. It enters the error, as
        does what separates the best assumption that treats all players alike from the best that does not.
        """
        alike = self._said(self._alike, total, noise)
        if self._own is None:
            mean, variance, gap, _ = alike
            return mean, np.sqrt(variance), gap
        own = self._said(self._own, total, noise)
        better = own[-1] < alike[-1]
        mean, variance, gap, _ = (np.where(better, b, a) for a, b in zip(alike, own, strict=True))
        return mean, np.sqrt(variance + (alike[0] - own[0]) ** 2), gap

    def _said(
        self, answered: Whitened, total: Floats | None, noise: Floats | None
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Mean, variance, gap and loss under one kind of assumption."""
        chosen, loss = answered.best()
        mean, variance = answered.posterior(chosen)
        for a in set(chosen) if noise is not None else ():
            outputs = [k for k, each in enumerate(chosen) if each == a]
            weights = answered.weights(a)
            weights -= 0 if total is None else weights.mean(0)
            variance[:, outputs] += np.outer((weights[:, 1:] ** 2).sum(1), noise[outputs] ** 2)  # type: ignore[index]
        gap = np.zeros(mean.shape[1]) if total is None else total - mean.sum(0)
        return mean + gap / len(mean), variance, np.abs(gap), loss
