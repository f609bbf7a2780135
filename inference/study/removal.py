"""Which columns a model could do without: how much worse it gets when one of them is scrambled among the rows.

Permutation importance (Breiman 2001, "Random forests", section 10), as scikit-learn does it, column by column, so that
it can be watched and stopped. The model is not trained again: of two columns that say the same, either may look
needless though the pair is not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..types import Raw, Record
from . import weighted
from .bootstrap import SEED, Asked, measured

ROWS, REPEATS = 1_000, 5
"""Rows at most, drawn at random, and how often each column is scrambled."""
SLIGHT = 0.01
"""A rise of the loss by less than this share of it is called nothing."""

Ask = Callable[[Sequence[Raw]], NDArray[np.float64]]
"""The scores of inputs, float64[rows, items]."""
Losses = Callable[[NDArray[np.float64], NDArray[Any]], NDArray[np.float64]]
"""What each row loses, float64[rows], from scores float64[rows, items] and the truth [rows]."""


@dataclass(frozen=True)
class Removal(Record):
    """How much the loss rises without a column, with its 95 % interval over rows.

    verdict: "free" where it rises by less than 1 % as far as these rows can tell, "needed" where it rises by more than
    chance explains, "unclear" otherwise.
    """

    field: str
    label: str
    rise: float
    interval: tuple[float, float]
    verdict: Literal["free", "needed", "unclear"]


@dataclass(frozen=True)
class Removals(Record):
    """The columns tried so far of `total`, the most needed first; loss: that of the whole rows."""

    metric: str
    loss: float
    rows: int
    repeats: int
    columns: tuple[Removal, ...]
    total: int

    @property
    def free(self) -> tuple[Removal, ...]:
        """The columns whose removal costs nothing."""
        return tuple(each for each in self.columns if each.verdict == "free")


def log_losses(items: Sequence[str]) -> Losses:
    """−log of the probability of the true label, whose ids are `items`."""
    places = {item: i for i, item in enumerate(items)}
    tiny = float(np.finfo(np.float64).eps)

    def losses(scores: NDArray[np.float64], truth: NDArray[Any]) -> NDArray[np.float64]:
        own = scores[np.arange(len(scores)), [places[str(each)] for each in truth]]
        found: NDArray[np.float64] = -np.log(own.clip(tiny, 1))
        return found

    return losses


def absolute_errors(scores: NDArray[np.float64], truth: NDArray[Any]) -> NDArray[np.float64]:
    """How far amounts are off."""
    return np.abs(scores[:, 0] - truth.astype(np.float64))


def removals(
    ask: Ask,
    raws: Sequence[Raw],
    truth: Any,
    losses: Losses,
    columns: dict[str, str],
    metric: str,
    clusters: Any = None,
) -> Iterator[Removals]:
    """Ever more columns. columns: names of fields and what they are called; truth: [rows]; clusters: [rows], as for
    `measured`. Raises InputError."""
    if len(columns) < 2:
        raise InputError("Columns can be left out only where there are several.")
    if not len(raws):
        raise InputError("There are no rows with a truth to measure on.")
    generator = np.random.default_rng(SEED)
    chosen = np.sort(generator.permutation(len(raws))[:ROWS])
    some, true = [raws[i] for i in chosen], np.asarray(truth)[chosen]
    belongs = None if clusters is None else np.asarray(clusters)[chosen]
    whole = losses(ask(some), true)
    found: list[Removal] = []
    for field, label in columns.items():
        without = np.mean([losses(ask(scrambled(some, field, generator)), true) for _ in range(REPEATS)], axis=0)
        found.append(removal(field, label, without - whole, float(whole.mean()), belongs))
        best = sorted(found, key=lambda each: -each.rise)
        yield Removals(metric, float(whole.mean()), len(some), REPEATS, tuple(best), len(columns))


def scrambled(raws: Sequence[Raw], field: str, generator: np.random.Generator) -> list[Raw]:
    """Rows whose values of one field have changed places."""
    order = generator.permutation(len(raws))
    return [{**raw, field: raws[other][field]} for raw, other in zip(raws, order, strict=True)]


def removal(field: str, label: str, rises: NDArray[np.float64], loss: float, clusters: Any = None) -> Removal:
    """One column from what each row loses by its removal."""
    asked = Asked(label, float(rises.mean()), weighted.mean_of(rises))
    (measure,) = measured([asked], len(rises), clusters=clusters)
    low, high = measure.interval or (measure.value or 0.0,) * 2
    verdict: Literal["free", "needed", "unclear"] = (
        "free" if high <= SLIGHT * loss else "needed" if low > 0 else "unclear"
    )
    return Removal(field, label, float(rises.mean()), (low, high), verdict)
