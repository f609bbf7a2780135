"""Shapley values of a game v: bool[m, n] → float64[m, k], from few evaluations. Knows no task, model or tokenizer.

Three ways to them: every coalition (exact), a closed form where scores add up, and an anytime estimate by paired
Bayesian quadrature, whose mathematics is in quadrature.py.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from .quadrature import Coalitions, Floats, design, fit

Game = Callable[[Coalitions], Floats]

STEP = 32
"""Evaluations between two estimates, ends and complements included; an even number."""
MAX_PAIRS = 512
"""Beyond this many pairs, fitting costs more than it tells; a larger budget is used where it makes the values exact."""


@dataclass(frozen=True)
class Estimate:
    """Shapley values after some evaluations.

    values float64[n, k]; stderr float64[n, k] or None; base, score (all hidden, none hidden) and residual float64[k].
    """

    values: Floats
    stderr: Floats | None
    base: Floats
    score: Floats
    residual: Floats
    evaluations: int
    method: str


class Memo:
    """A game that never scores a coalition twice."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self._known: dict[bytes, Floats] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, coalitions: Coalitions) -> Floats:
        """bool[m, n] → float64[m, k]; only coalitions not seen before reach the game, in one call."""
        keys = [key.tobytes() for key in np.packbits(coalitions, axis=1)]
        new = {key: i for i, key in enumerate(keys) if key not in self._known}
        if new:
            self._known |= zip(new, self.game(coalitions[list(new.values())]), strict=True)
        return np.array([self._known[key] for key in keys])


def estimate(
    game: Game, n: int, budget: int, seed: int = 0, additive: bool = False, step: int = STEP
) -> Iterator[Estimate]:
    """A stream of ever better estimates of the Shapley values of `game` with `n` players, at most `budget` evaluations.

    Deterministic in the number of evaluations for a seed. Ends exact where 2ⁿ fits the budget, or where the game is
    additive. Closing the stream ends the work at the next batch. Raises ValueError for a budget under 2.
    """
    if budget < 2:
        raise ValueError(f"Two evaluations are the least an explanation needs, got {budget}.")
    memo = Memo(game)
    if additive and n + 2 <= budget:
        yield closed_form(memo, n)
        return
    exact = 2**n <= budget
    last = None
    if not exact or 2**n > step:
        for last in paired(memo, n, min(budget, 2**n - 1), seed, step):
            yield last
    if exact:
        yield from enumeration(memo, n, step, last)


def closed_form(memo: Memo, n: int) -> Estimate:
    """Of an additive game, from its n + 2 smallest and largest coalitions: φᵢ = v({i}) − v(∅).

    The residual tells if the game was additive after all: it is |v(N) − v(∅) − Σφ|, 0 up to rounding.
    """
    rows = np.concatenate([np.zeros((1, n), bool), np.eye(n, dtype=bool), np.ones((1, n), bool)])
    v = memo(rows)
    values = v[1:-1] - v[0]
    residual = np.abs(v[0] + values.sum(0) - v[-1])
    return Estimate(values, np.zeros_like(values), v[0], v[-1], residual, len(memo), "closed form")


def enumeration(memo: Memo, n: int, step: int = STEP, last: Estimate | None = None) -> Iterator[Estimate]:
    """Exact, from all 2ⁿ coalitions: φᵢ = Σ_{S∌i} |S|!(n−|S|−1)!/n! · [v(S∪i) − v(S)] (Shapley 1953).

    On the way, the `last` estimate is given again every `step` evaluations, so that a stream can be left.
    """
    codes = np.arange(2**n)
    members = (codes[:, None] >> np.arange(n)) & 1
    for i in range(0, len(codes), step):
        known = len(memo)
        memo(members[i : i + step].astype(bool))
        if last is not None and known < len(memo) < 2**n:
            yield replace(last, evaluations=len(memo))
    v = memo(members.astype(bool))
    size = members.sum(1)
    weight = np.array([1 / (n * math.comb(n - 1, s)) for s in range(n)])
    values = np.empty((n, v.shape[1]))
    for i in range(n):
        without = codes[members[:, i] == 0]
        values[i] = weight[size[without]] @ (v[without | (1 << i)] - v[without])
    residual = np.abs(v[0] + values.sum(0) - v[-1])
    yield Estimate(values, np.zeros_like(values), v[0], v[-1], residual, len(memo), "exact enumeration")


def paired(memo: Memo, n: int, budget: int, seed: int, step: int) -> Iterator[Estimate]:
    """Paired Bayesian quadrature, one estimate a step. The first pair is the two ends."""
    order = np.random.default_rng(seed).permutation(n)  # the design favours no player; a seed only shuffles them
    total = min((budget - 2) // 2, MAX_PAIRS, 2 ** (n - 1) - 1)
    done, fitted, last = 0, -1, None
    while fitted < total:
        done = min(done + step // 2 - (done == 0), total)
        rows = np.concatenate([np.ones((1, n), bool), design(n).first(done)[:, order]])
        v = memo(np.concatenate([rows, ~rows]))
        if last is None or done == total or done >= 1.1 * fitted:  # a large fit is worth a tenth more pairs
            last, fitted = quadrature(rows, v, len(memo)), done
        yield replace(last, evaluations=len(memo))


def quadrature(rows: Coalitions, v: Floats, evaluations: int) -> Estimate:
    """The estimate from coalitions bool[p, n], the full one first, and v float64[2p, k] of them and their complements.

    No errors are told before 4 evaluations a player: earlier they cover too little (31 to 42 % at 2).
    """
    upper, lower = v[: len(rows)], v[len(rows) :]
    values, stderr, residual = fit(np.where(rows, 1.0, -1.0), (upper - lower) / 2)
    told = stderr if evaluations >= 4 * rows.shape[1] else None
    return Estimate(values, told, lower[0], upper[0], residual, evaluations, "paired Bayesian quadrature")
