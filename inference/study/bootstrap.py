"""How exact a measure is: rows drawn again and again, the model and its naive rival always on the same draws.

The bootstrap of Efron (1979, "Bootstrap methods: another look at the jackknife"), percentile intervals. A draw is kept
as how often it holds each row, so that a measure is computed for many draws at once. Rows that belong together are
drawn together (Davison and Hinkley 1997, "Bootstrap methods and their application", section 3.8): drawn one by one
they would pass for more evidence than they are. This module knows no metric.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .metrics import Better, Measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Statistic = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]
"""How often each draw holds each row, float64[draws, rows], to the measure of each draw, float64[draws]."""

SEED = 0
"""Of all that is drawn at random to measure with, so that the same rows get the same figures."""
DRAWS, FEWER, MANY = 400, 200, 5_000
"""Draws of up to `MANY` rows, and of more."""
CELLS = 4_000_000
"""Counts in memory at once, 32 MB of them."""
OUTSIDE = (2.5, 97.5)
"""Percentiles at the ends of a 95 % interval."""
DEFINED = 0.95
"""Share of draws that must have a value: a rare label may be missing from a few."""


@dataclass(frozen=True)
class Asked:
    """A measure to be had: its value on all rows, and the same of any draw, for the model and its naive rival.

    biased: draws of it are too large by construction, as a mean of absolute values is; that much is taken off again.
    """

    name: str
    value: float
    model: Statistic
    dummy: Statistic | None = None
    better: Better = "higher"
    label: str | None = None
    unit: str | None = None
    biased: bool = False


def measured(asked: Sequence[Asked], rows: int, strata: Any = None, clusters: Any = None) -> list[Measure]:
    """Every measure with its interval, and with what the model gains on its naive rival, paired draw by draw.

    strata: [rows], such as the true labels; each draw holds as many rows of each as there are. None: any rows.
    clusters: [rows], of which whole ones are drawn, whatever the strata.
    """
    import numpy as np

    found: list[list[Any]] = [[] for _ in asked]
    rivals: list[list[Any]] = [[] for _ in asked]
    for held in draws(rows, strata, SEED, clusters):
        for each, model, dummy in zip(asked, found, rivals, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):  # of what a draw of clusters may lack
                model.append(each.model(held))
                dummy.append(each.dummy(held) if each.dummy else np.full(len(held), np.nan))
    whole, drawn = np.ones((1, rows)), None if clusters is None else len(np.unique(clusters))
    return [
        summed_up(each, (np.concatenate(model), np.concatenate(dummy)), each.dummy and each.dummy(whole), rows, drawn)
        for each, model, dummy in zip(asked, found, rivals, strict=True)
    ]


def summed_up(each: Asked, drawn: tuple[Any, Any], rival: Any, rows: int, clusters: int | None) -> Measure:
    """A measure out of its draws, float64[draws] of the model and of its rival. rival: its value, float64[1], or None.

    clusters: how many were drawn from.
    """
    model, dummy = drawn
    baseline = None if rival is None else float(rival[0])
    gain = None if baseline is None else ends(model - dummy, clusters)
    if each.biased:
        model = (model - (model.mean() - each.value)).clip(0)
    value = each.value if each.value == each.value else None
    interval = ends(model, clusters)
    return Measure(each.name, value, interval, rows, each.better, baseline, gain, label=each.label, unit=each.unit)


def ends(values: Any, clusters: int | None = None) -> tuple[float, float] | None:
    """The 95 % interval of draws; None where more than a few have no value. clusters: how many were drawn from."""
    import numpy as np

    defined = np.isfinite(values)
    if defined.mean() < DEFINED:
        return None
    low, high = np.percentile(values[defined], outside(clusters)).tolist()
    return low, high


def outside(clusters: int | None) -> tuple[float, float]:
    """The percentiles at the ends of a 95 % interval; further out for few clusters, which draw too close together:
    the expanded percentiles of Hesterberg (2015, "What teachers should know about the bootstrap")."""
    if clusters is None or clusters < 2:
        return OUTSIDE
    from scipy.special import ndtr, stdtrit

    tail = 100 * float(ndtr((clusters / (clusters - 1)) ** 0.5 * stdtrit(clusters - 1, OUTSIDE[0] / 100)))
    return tail, 100 - tail


def draws(rows: int, strata: Any = None, seed: int = SEED, clusters: Any = None) -> "Iterator[NDArray[np.float64]]":
    """Some draws at a time, float64[some, rows]: how often each holds each row.

    strata, clusters: as for `measured`. A draw has as many clusters as there are, and so about as many rows.
    """
    import numpy as np

    if clusters is not None:
        whole, belongs = np.unique(clusters, return_inverse=True)
        yield from (held[:, belongs] for held in draws(len(whole), None, seed))
        return
    generator = np.random.default_rng(seed)
    _, which = np.unique(np.zeros(rows) if strata is None else np.asarray(strata), return_inverse=True)
    members = [np.flatnonzero(which == i) for i in range(which.max(initial=-1) + 1)]
    left, most = DRAWS if rows <= MANY else FEWER, max(1, CELLS // max(rows, 1))
    while left > 0:
        some = min(left, most)
        held = np.zeros((some, rows))
        for own in members:
            held[:, own] = counted(generator, some, len(own))
        yield held
        left -= some


def counted(generator: Any, some: int, rows: int) -> "NDArray[np.float64]":
    """How often each of some draws of `rows` out of `rows` holds each, float64[some, rows]."""
    import numpy as np

    drawn = generator.integers(rows, size=(some, rows)) + np.arange(some)[:, None] * rows
    return np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows).astype(np.float64)
