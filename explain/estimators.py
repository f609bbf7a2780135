"""Shapley values of a game v: bool[m, n] → float64[m, k], from few evaluations. Knows no task, model or tokenizer.

Chooses among every coalition (exact.py), a closed form where the model has one, and an anytime estimate by paired
Bayesian quadrature, whose mathematics is in quadrature.py. shap's own estimators are in shap_methods.py, for who asks.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from .design import one_thread
from .exact import closed_form, counted, enumeration, meets
from .factors import nested
from .games import STEP, Closed, Estimate, Game, Memo, NoNumber, Unexplainable, ends
from .priors import Floats
from .quadrature import Fit

METHODS = {
    "auto": "the best that fits",
    "exact": "all combinations",
    "anytime": "an estimate that sharpens",
    "shap permutation": "Shapley values by shap's Permutation",
    "shap partition": "Owen values by shap's Partition",
}
"""Ways to the values that can be asked for, each in words."""
ON_THE_WAY = 16
"""Evaluations a player after which a stream that will end exact estimates no more: combinations are sooner counted."""
MAX_PAIRS = 1024
"""Beyond so many pairs, what is kept for fits outgrows what they tell; a larger budget makes values exact, or rests."""


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
) -> Iterator[Estimate]:
    """A stream of ever better estimates of the Shapley values of `game` with `n` players, at most `budget` evaluations.

    method: one of METHODS. Deterministic in the number of evaluations for a seed. "auto" is a closed form where there
    is one that meets the score, exact where 2ⁿ fits the budget, and anytime otherwise.
    additive: whether scores are said to be sums over the players. closed: another closed form.
    noise: standard deviation of the rounding error of one evaluation but the ends, float64[k], in reduced precision.
    step, first: evaluations between two estimates, and before the first one; even numbers.
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
        from .shap_methods import references  # shap comes with it

        yield from references(memo, n, budget, seed, method, step)
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
