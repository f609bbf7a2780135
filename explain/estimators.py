"""Shapley values of a game v: bool[m, n] → float64[m, k], from few evaluations. Knows no task, model or tokenizer.

Chooses among every coalition (exact), a closed form where the model has one, and an anytime estimate by paired Bayesian
quadrature, whose mathematics is in quadrature.py. shap's own estimators are in reference.py, for who asks for them.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from inference.errors import InputError

from .design import one_thread
from .factors import nested
from .priors import Coalitions, Floats
from .quadrature import Fit

Game = Callable[[Coalitions], Floats]

METHODS = {
    "auto": "the best that fits",
    "exact": "all combinations",
    "anytime": "an estimate that sharpens",
    "shap permutation": "Shapley values by shap's Permutation",
    "shap partition": "Owen values by shap's Partition",
}
"""Ways to the values that can be asked for, each in words."""
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
STEP = 32
"""Evaluations between two estimates, ends and complements included; an even number."""
ON_THE_WAY = 16
"""Evaluations a player after which a stream that will end exact estimates no more: combinations are sooner counted."""
MAX_PAIRS = 1024
"""Beyond so many pairs, what is kept for fits outgrows what they tell; a larger budget makes values exact, or rests."""


@dataclass(frozen=True)
class Estimate:
    """Shapley values after some evaluations, or Owen values where the method aims at them.

    values float64[n, k]; stderr float64[n, k] or None; base, score (all hidden, none hidden) and residual float64[k].
    reason: why this method, a clause in words. excluded: pairs left out because the game gave no number for them.
    """

    values: Floats
    stderr: Floats | None
    base: Floats
    score: Floats
    residual: Floats
    evaluations: int
    method: str
    estimand: Literal["Shapley", "Owen"] = "Shapley"
    reason: str = ""
    excluded: int = 0


class Unexplainable(InputError, ValueError):
    """A game, or bounds, for which there are no values; the message says why and what to do."""


class NoNumber(ValueError):
    """The game gave none for some coalition."""


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


Closed = Callable[[Memo], Estimate | None]
"""A closed form of one input's game, such as that of trees, or None if it has none; it asks for little but the ends."""


def estimate(
    game: Game,
    n: int,
    budget: int,
    seed: int = 0,
    method: str = "auto",
    additive: bool = False,
    closed: Closed | None = None,
    noise: Floats | None = None,
    step: int = STEP,
    first: int | None = None,
    clustering: Floats | None = None,
) -> Iterator[Estimate]:
    """A stream of ever better estimates of the Shapley values of `game` with `n` players, at most `budget` evaluations.

    method: one of METHODS. Deterministic in the number of evaluations for a seed. "auto" is a closed form where there
    is one that meets the score, exact where 2ⁿ fits the budget, and anytime otherwise.
    additive: whether scores are said to be sums over the players. closed: another closed form.
    noise: standard deviation of the rounding error of one evaluation but the ends, float64[k], in reduced precision.
    step, first: evaluations between two estimates, and before the first one; even numbers.
    clustering: for "shap partition", scipy's linkage of the players; neighbours by default.
    game: give a Memo to keep what it has answered for more. Closing the stream ends the work at the next batch.
    Raises ValueError for a budget that the method cannot keep, an
    unknown method, or where the score itself or the score with everything hidden is no number.
    """
    if budget < 2:
        raise ValueError(f"Two evaluations are the least an explanation needs, got {budget}.")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}.")
    memo = game if isinstance(game, Memo) else Memo(game)
    known = len(memo)
    if method.startswith("shap "):
        from .reference import references  # shap comes with it

        yield from references(memo, n, budget, seed, method, step, clustering)
        return
    reason = "asked for"
    if method == "auto":
        forms: list[Closed] = [closed] if closed else []
        if additive and n + 2 <= budget:
            forms.append(partial(closed_form, n=n, noise=noise))
        for found in (form(memo) for form in forms):
            if found and meets(found, noise):
                yield found
                return
        method, reason = chosen(n, budget)
    last, left = None, budget - max(0, len(memo) - known - 2)  # a closed form that failed has cost something
    if method == "anytime" and n > 1:
        yield from anytime(memo, n, left, seed, step, first, noise, reason)
        return
    if 2**n > budget:
        raise Unexplainable(
            f"{counted(n).capitalize()} of {n} players need a budget of as many evaluations, got {budget:,}."
        )
    if 2**n > step:
        enough = min(left, 2**n - 1, ON_THE_WAY * n)
        for last in anytime(memo, n, enough, seed, step, first, noise, f"on the way to {counted(n)}"):
            yield last
    try:
        yield from enumeration(memo, n, step, last, noise, reason)
    except NoNumber as error:
        yield from anytime(memo, n, 2**n, seed, 2**n, None, noise, str(error))


def chosen(n: int, budget: int) -> tuple[str, str]:
    """The method for a game of which nothing else is known, and why."""
    if 2**n <= budget:
        return "exact", f"{counted(n)} fit the budget of {budget:,}"
    return "anytime", f"{counted(n)} are more than the budget of {budget:,}"


def counted(n: int) -> str:
    """`all 4,096 combinations`, or as a power where that says more."""
    return f"all {2**n:,} combinations" if n <= 20 else f"all 2{str(n).translate(SUPERSCRIPT)} combinations"


def meets(found: Estimate, noise: Floats | None) -> bool:
    """Whether a closed form is of this game: it adds up to the score, a thousandth of the effects or rounding aside."""
    allowed = 1e-3 * np.abs(found.values).sum(0) + 1e-9 * np.abs(found.score)
    if noise is not None:
        allowed = allowed + 4 * math.sqrt(len(found.values)) * noise
    return bool((found.residual <= allowed).all())


def closed_form(memo: Memo, n: int, noise: Floats | None = None) -> Estimate:
    """Of an additive game, from its n + 2 smallest and largest coalitions: φᵢ = v({i}) − v(∅).

    The residual tells if the game was additive after all: it is |v(N) − v(∅) − Σφ|, 0 up to rounding.
    """
    rows = np.concatenate([np.zeros((1, n), bool), np.eye(n, dtype=bool), np.ones((1, n), bool)])
    v = memo(rows)
    values = v[1:-1] - v[0]
    residual = np.abs(v[0] + values.sum(0) - v[-1])
    stderr = np.zeros_like(values) + (0 if noise is None or n == 1 else noise)
    return Estimate(
        values, stderr, *ends(v[0], v[-1]), residual, len(memo), "closed form", reason="scores of this model add up"
    )


def enumeration(
    memo: Memo, n: int, step: int = STEP, last: Estimate | None = None, noise: Floats | None = None, reason: str = ""
) -> Iterator[Estimate]:
    """Exact, from all 2ⁿ coalitions: φᵢ = Σ_{S∌i} |S|!(n−|S|−1)!/n! · [v(S∪i) − v(S)] (Shapley 1953).

    On the way, the `last` estimate is given again every `step` evaluations, so that a stream can be left. The error is
    that of rounding. Raises NoNumber.
    """
    codes = np.arange(2**n)
    members = (codes[:, None] >> np.arange(n)) & 1
    for i in range(0, len(codes), step):
        known = len(memo)
        memo(members[i : i + step].astype(bool))
        if last is not None and known < len(memo) < 2**n:
            yield replace(last, evaluations=len(memo))
    v = memo(members.astype(bool))
    base, score = ends(v[0], v[-1])
    if missing := int((~np.isfinite(v)).any(1).sum()):
        raise NoNumber(f"the model gave no number for {missing:,} of {counted(n)}")
    size = members.sum(1)
    weight = np.array([1 / (n * math.comb(n - 1, s)) for s in range(n)])
    values = np.empty((n, v.shape[1]))
    for i in range(n):
        without = codes[members[:, i] == 0]
        values[i] = weight[size[without]] @ (v[without | (1 << i)] - v[without])
    residual = np.abs(base + values.sum(0) - score)
    stderr = np.zeros_like(values)
    if noise is not None and n > 1:
        squares = sum(2 * math.comb(n - 1, s) * w**2 for s, w in enumerate(weight))
        stderr += noise * math.sqrt(squares - weight[0] ** 2 - weight[-1] ** 2)  # the ends are not rounded
    yield Estimate(values, stderr, base, score, residual, len(memo), "exact enumeration", reason=reason)


def anytime(
    memo: Memo, n: int, budget: int, seed: int, step: int, first: int | None, noise: Floats | None, reason: str
) -> Iterator[Estimate]:
    """Paired Bayesian quadrature, one estimate a step. The first pair is the two ends.

    Pairs that the game gives no number for are left out. No errors are told before 4 evaluations a player: earlier they
    cover too little (31 to 42 % at 2).
    """
    order = np.random.default_rng(seed).permutation(n)  # the design favours no player; a seed only shuffles them
    shared, fit, asked = nested(n), None, 0
    for count in counts(min((budget - 2) // 2, MAX_PAIRS, 2 ** (n - 1) - 1), step, first or step):
        with one_thread():
            rows = shared.first(count)[asked:, order]
        v = memo(np.concatenate([rows, ~rows]))
        upper, lower = v[: len(rows)], v[len(rows) :]
        if fit is None:
            base, score = ends(lower[0], upper[0])
            fit = Fit(shared.factors, len(base))
        asked += len(rows)
        with one_thread():
            fit.observe((upper - lower) / 2)
            found = fit.posterior(score - base, None if noise is None else noise / math.sqrt(2))
        excluded = asked - fit.count
        values, stderr, residual = (part[order] if part.ndim == 2 else part for part in found)
        told = stderr if len(memo) - 2 * excluded >= 4 * n else None
        yield Estimate(
            values,
            told,
            base,
            score,
            residual,
            len(memo),
            "paired Bayesian quadrature",
            reason=reason,
            excluded=excluded,
        )


def counts(total: int, step: int, first: int) -> Iterator[int]:
    """Pairs after each step, to `total`; the ends belong to the first."""
    done = min(max(first // 2 - 1, 0), total)
    yield done
    while done < total:
        yield (done := min(done + max(step // 2, 1), total))


def ends(base: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Both as they are. Raises ValueError where one is no number: then there is nothing to explain."""
    for v, which in ((score, "for this input"), (base, "with everything hidden")):
        if not np.isfinite(v).all():
            raise Unexplainable(
                f"The model gave no number {which}, but {v[~np.isfinite(v)][0]}: it cannot be explained."
            )
    return base, score
