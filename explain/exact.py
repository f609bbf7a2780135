"""Exact Shapley values: from every coalition, or from a few where scores are sums."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .games import STEP, Estimate, Memo, NoNumber, ends
from .priors import Floats

SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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
