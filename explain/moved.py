"""How far reasons move: two explanations of the same players, and many such pairs. It knows no model.

What makes them differ, other weights or another seed, is the caller's affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from inference.study.agreement import Mean, correlation, mean
from inference.types import Record, absent

from .priors import Floats
from .types import Explanation

TOPS = (3, 5)
"""So many of the strongest players are held against one another."""
MEASURES = ("rank", "top3", "top5", "distance")


@dataclass(frozen=True)
class Moved(Record):
    """How far one explanation is from another.

    rank: Spearman's correlation of the values, −1 to 1; null where there are under three features, or no order. top3,
    top5: the share of the first's strongest features, by size, that are among the second's; null unless there are more
    features than that. distance: of the values, ‖second − first‖ / ‖first‖; null where the first are all 0.
    """

    features: int
    rank: Annotated[float | None, absent] = None
    top3: Annotated[float | None, absent] = None
    top5: Annotated[float | None, absent] = None
    distance: Annotated[float | None, absent] = None


@dataclass(frozen=True)
class Shift(Record):
    """The same averaged over some inputs, each with its 95 % interval; null where no input has a number."""

    rank: Mean | None
    top3: Mean | None
    top5: Mean | None
    distance: Mean | None


def moved(first: Explanation, second: Explanation) -> Moved:
    """How far the second explanation is from the first, by the features that both have."""
    places = {feature.id: i for i, feature in enumerate(second.features)}
    common = [i for i, feature in enumerate(first.features) if feature.id in places]
    a = np.array([values(first)[i] for i in common], np.float64)
    b = np.array([values(second)[places[first.features[i].id]] for i in common], np.float64)
    return of_values(a, b)


def of_values(a: Floats, b: Floats) -> Moved:
    """The same of float64[n] each."""
    size, way = float(np.linalg.norm(a)), float(np.linalg.norm(b - a))
    top3, top5 = (overlap(a, b, k) for k in TOPS)
    return Moved(len(a), correlation(a, b), top3, top5, way / size if size else None)


def overlap(a: Floats, b: Floats, k: int) -> float | None:
    """The share of the k largest of a, by size, that are among the k largest of b; None unless there are more."""
    if len(a) <= k:
        return None
    first, second = (set(np.argsort(-np.abs(each), kind="stable")[:k].tolist()) for each in (a, b))
    return len(first & second) / k


def values(explanation: Explanation) -> tuple[float, ...]:
    """The values of one output."""
    found: Any = explanation.values
    return found


def shift(pairs: Sequence[Moved]) -> Shift:
    """The means over some inputs."""
    rank, top3, top5, distance = (mean_of([getattr(each, name) for each in pairs]) for name in MEASURES)
    return Shift(rank, top3, top5, distance)


def beyond(pairs: Sequence[Moved], own: Sequence[Moved]) -> Shift:
    """By how much more `pairs` moved than `own` did, input by input: positive is farther, whichever the measure."""
    return Shift(
        mean_of(differences(own, pairs, "rank")),
        mean_of(differences(own, pairs, "top3")),
        mean_of(differences(own, pairs, "top5")),
        mean_of(differences(pairs, own, "distance")),
    )


def differences(more: Sequence[Moved], less: Sequence[Moved], name: str) -> list[float | None]:
    """What the first has more than the second, pair by pair; None where either has no number."""
    pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(more, less, strict=True)]
    return [None if a is None or b is None else a - b for a, b in pairs]


def mean_of(numbers: Sequence[float | None]) -> Mean | None:
    """The mean of those that are known."""
    known = np.array([each for each in numbers if each is not None], np.float64)
    return mean(known) if len(known) else None
