"""Which parts of an input work together: the pairs of an explanation, strongest first, as a record and in words."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from inference.types import Record, Scale, Target

from .interactions import Interactions
from .types import Explanation, Feature, Numbers
from .wording import amount, clipped, parts_of

NOTHING = 1e-9
"""Of the largest value: an interaction below it is rounding."""


@dataclass(frozen=True)
class Interplay(Record):
    """How much higher two features bring a score together than the sum of both alone, for every pair, largest first.

    pairs: indices into `features`; values, stderr: one number a pair, in `scale` and `unit`; stderr null where unknown.
    exact: whether the values are no estimates.
    """

    target: Target
    output: str
    features: tuple[Feature, ...]
    pairs: tuple[tuple[int, int], ...]
    values: Numbers
    stderr: Numbers | None
    exact: bool
    scale: Scale
    unit: str | None
    baseline: str
    evaluations: int
    seconds: float
    seed: int
    verdict: str
    check: Literal["interactions"] = "interactions"
    version: Literal[1] = 1


def of_pairs(explanation: Explanation, found: Interactions, seconds: float, seed: int) -> Interplay:
    """The interactions of an explanation's features, of its one output."""
    order = np.argsort(-np.abs(found.values[:, 0]), kind="stable")
    pairs = tuple((int(i), int(j)) for i, j in (found.pairs[pair] for pair in order))
    values = tuple(value if abs(value) > rounding(explanation) else 0.0 for value in found.values[order, 0].tolist())
    stderr = None if found.stderr is None or found.exact else tuple(found.stderr[order, 0].tolist())
    return Interplay(
        target=explanation.target,
        output=explanation.output,
        features=explanation.features,
        pairs=pairs,
        values=values,
        stderr=stderr,
        exact=found.exact,
        scale=explanation.scale,
        unit=explanation.unit,
        baseline=explanation.baseline,
        evaluations=found.evaluations,
        seconds=round(seconds, 4),
        seed=seed,
        verdict=verdict(explanation, pairs[0], values[0], stderr[0] if stderr else 0.0),
    )


def rounding(explanation: Explanation) -> float:
    """What is too small to be more than rounding, among the numbers of an explanation of one output."""
    spans: list[float] = [*explanation.values, explanation.base, explanation.score]  # type: ignore[list-item]
    return NOTHING * max(map(abs, spans))


def verdict(explanation: Explanation, pair: tuple[int, int], value: float, stderr: float) -> str:
    """What the strongest pair does, in words."""
    if not value:
        return f"No two {parts_of(explanation.features)} work together: each does the same whatever the others do."
    first, second = (f"“{clipped(explanation.features[i].label)}”" for i in pair)
    told = (
        f"Together, {first} and {second} bring the score {amount(abs(value), explanation)} "
        f"{'higher' if value > 0 else 'lower'} than both do alone."
    )
    return told if abs(value) > 1.96 * stderr else f"{told} That is within the error of the estimate."
