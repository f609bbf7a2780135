"""How far an explanation depends on what stands in for a hidden part: two explanations of the same score, compared.

What makes them differ is the caller's affair; this module knows no task and no model.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from inference.types import Record, Target

from .priors import Floats
from .types import Explanation
from .wording import parts_of

TOP = 3
"""Features whose place and sign are compared, at most."""
ALIKE, RELATED = 0.7, 0.4
"""Kendall's τ-b from which two orders are said to be much the same, and partly the same."""


@dataclass(frozen=True)
class Sensitivity(Record):
    """The same score explained under two baselines, and how far both agree.

    rank_correlation: Kendall's τ-b of the values, −1 to 1, or null where one side has no order at all.
    top: features compared by size; shared: how many of the first's are among the second's; signs: how many of the
    first's have the same sign under the second. holds: the orders are much the same and no sign of the top has changed.
    """

    target: Target
    output: str
    first: Explanation
    second: Explanation
    rank_correlation: float | None
    top: int
    shared: int
    signs: int
    holds: bool
    verdict: str
    check: Literal["baseline"] = "baseline"
    version: Literal[1] = 1


def compare(first: Explanation, second: Explanation) -> Sensitivity:
    """How far two explanations of one output with the same features agree."""
    a, b = np.array(first.values, dtype=float), np.array(second.values, dtype=float)
    correlation, strongest = kendall(a, b), largest(a)
    shared = len(set(strongest) & set(largest(b)))
    signs = int((np.sign(a[strongest]) == np.sign(b[strongest])).sum())
    holds = correlation is not None and correlation >= ALIKE and signs == len(strongest)
    told = verdict(first, correlation, len(strongest), shared, signs)
    return Sensitivity(
        first.target, first.output, first, second, correlation, len(strongest), shared, signs, holds, told
    )


def kendall(a: Floats, b: Floats) -> float | None:
    """Kendall's τ-b of two float64[n], corrected for ties (Kendall 1945); None if one side is all ties."""
    x, y = (np.sign(values[:, None] - values) for values in (a, b))
    ordered = float((x * x).sum() * (y * y).sum()) ** 0.5
    return float((x * y).sum()) / ordered if ordered else None


def largest(values: Floats) -> list[int]:
    """The TOP players of largest size that are not 0, from the largest down."""
    order: Any = np.argsort(-np.abs(values), kind="stable")
    return [int(i) for i in order[:TOP] if values[i]]


def verdict(explanation: Explanation, correlation: float | None, top: int, shared: int, signs: int) -> str:
    """How far both agree, in words."""
    if correlation is None:
        return "Under one of the two baselines nothing moves the score, so there is no order to compare."
    alike = "much the same" if correlation >= ALIKE else "partly the same" if correlation >= RELATED else "another one"
    told = f"Hidden in another way, the order is {alike} (Kendall’s τ {correlation:.2f})".replace("-", "−")
    parts = parts_of(explanation.features, top)
    if top == 1:
        way = "the same way" if signs else "the other way"
        return f"{told}: the strongest {parts} is {'the same' if shared else 'another one'}, and speaks {way}."
    return f"{told}: {shared} of the {top} strongest {parts} are the same, and {signs} of the {top} speak the same way."
