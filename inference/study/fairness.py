"""What a threshold does to each group: fairlearn's rates per group, with how many rows they rest on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..types import Record
from .bootstrap import DRAWS, draws, ends
from .clusters import effective, wilson

SMALL = 30
"""Rows below which a group is marked as too small to tell."""
MOST = 20
"""Groups that are listed; those with fewer rows are counted together."""
OTHERS = "all smaller groups"
UNKNOWN = "not said"

Ends = tuple[float, float] | None


@dataclass(frozen=True)
class Rate(Record):
    """A share of some rows with its 95 % interval; null where there are no such rows."""

    value: float | None
    interval: Ends
    rows: int


@dataclass(frozen=True)
class Group(Record):
    """What happens to one group: the share flagged, of all, of those that are true and of those that are not, and the
    share that is decided rightly. `small` where fewer than 30 rows are in it."""

    name: str
    rows: int
    small: bool
    selected: Rate
    true_positive_rate: Rate
    false_positive_rate: Rate
    accuracy: Rate


@dataclass(frozen=True)
class Spread(Record):
    """The largest difference of one rate between groups that are not small, with its 95 % bootstrap interval, and
    between which groups it is."""

    rate: str
    value: float
    interval: Ends
    lowest: str
    highest: str


@dataclass(frozen=True)
class Fairness(Record):
    """All groups of one column at one threshold, the largest first."""

    column: str
    groups: tuple[Group, ...]
    spreads: tuple[Spread, ...]


RATES = {
    "selected": "flagged",
    "true_positive_rate": "flagged of those that are true",
    "false_positive_rate": "flagged of those that are not",
    "accuracy": "decided rightly",
}
"""Each rate in words."""


def fairness(
    column: str, truth: Any, flagged: Any, groups: Any, seed: int = 0, belongs: NDArray[np.intp] | None = None
) -> Fairness:
    """Rates per group. truth, flagged: bool[rows]; groups: object[rows], None where not known. belongs: the cluster of
    each row, intp[rows], where rows have something to do with one another. Raises InputError."""
    true, said, own = np.asarray(truth, dtype=bool), np.asarray(flagged, dtype=bool), named(groups).astype(str)
    if not len(true):
        raise InputError("There are no rows to compare groups on.")
    names, which = np.unique(own, return_inverse=True)
    counts = np.bincount(which * 4 + true * 2 + said, minlength=4 * len(names)).reshape(-1, 2, 2)
    frame = by_group(names, counts)
    order = sorted(range(len(names)), key=lambda i: (-counts[i].sum(), names[i]))
    mine = [which == i for i in range(len(names))]
    sizes = [None if belongs is None else tell(true[rows], said[rows], belongs[rows]) for rows in mine]
    found = tuple(group(str(names[i]), counts[i], frame.loc[names[i]], sizes[i]) for i in order)
    large = [i for i in order if counts[i].sum() >= SMALL]
    if len(large) < 2:
        return Fairness(column, found, ())
    held = None if belongs is None else by_cluster(which * 4 + true * 2 + said, 4 * len(names), belongs)
    drawn = by_group_drawn(counts[large], seed) if held is None else by_cluster_drawn(held, seed)[:, large]
    return Fairness(column, found, spreads(names[large], counts[large], drawn, None if held is None else held.shape[0]))


def named(groups: Any) -> NDArray[np.object_]:
    """Groups by name: what is missing has a name of its own, and so have the groups beyond the largest."""
    names = np.array([*(UNKNOWN if missing(each) else str(each) for each in groups), None], dtype=object)[:-1]
    which, counts = np.unique(names.astype(str), return_counts=True)
    if len(which) > MOST:
        counts[which == UNKNOWN] = len(names)  # not to be hidden among others
        kept = which[np.argsort(-counts, kind="stable")[: MOST - 1]]
        names = np.where(np.isin(names.astype(str), kept), names, OTHERS)
    return names


def missing(value: Any) -> bool:
    """Whether a cell says nothing."""
    return value is None or value == "" or value != value


def by_group(names: NDArray[np.str_], counts: NDArray[np.int64]) -> Any:
    """fairlearn's rates, a row a group. counts: int64[groups, truth, flagged]; rows alike are one with a weight."""
    import pandas as pd
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score

    measures = {
        "selected": selection_rate,
        "true_positive_rate": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "accuracy": accuracy_score,
    }
    cells = np.indices(counts.shape).reshape(3, -1)[:, counts.ravel() > 0]
    weight = {"sample_weight": counts[tuple(cells)].astype(float)}
    frame = MetricFrame(
        metrics=measures,
        y_true=cells[1],
        y_pred=cells[2],
        sensitive_features=pd.Series(names[cells[0]]),
        sample_params=dict.fromkeys(measures, weight),
    )
    return frame.by_group


def tell(truth: NDArray[np.bool_], flagged: NDArray[np.bool_], belongs: NDArray[np.intp]) -> dict[str, float]:
    """How many independent rows would tell as much of each rate of a group as its rows do, without rates of no rows."""
    every = np.ones(len(truth), bool)
    parts = {
        "selected": (flagged, every),
        "true_positive_rate": (flagged, truth),
        "false_positive_rate": (flagged, ~truth),
        "accuracy": (flagged == truth, every),
    }
    return {rate: effective(hits[rows], belongs[rows]) for rate, (hits, rows) in parts.items() if rows.any()}


def group(name: str, counts: NDArray[np.int64], rates: Any, sizes: dict[str, float] | None = None) -> Group:
    """One group out of fairlearn's rates, and how many rows each of them rests on. counts: int64[truth, flagged].

    sizes: how many independent rows tell as much, where rows belong together.
    """
    false, true = counts.sum(1).tolist()
    rows = {
        "selected": false + true,
        "true_positive_rate": true,
        "false_positive_rate": false,
        "accuracy": false + true,
    }
    found = {each: rate(float(rates[each]), count, (sizes or {}).get(each)) for each, count in rows.items()}
    return Group(name, false + true, false + true < SMALL, **found)


def rate(value: float, rows: int, size: float | None = None) -> Rate:
    """A share with the interval of Wilson (1927). A bootstrap of 0 out of 12 would call it certain.

    size: how many independent rows tell as much, where that is not all of them.
    """
    return Rate(value, wilson(value, size or rows), rows) if rows else Rate(None, None, 0)


def by_group_drawn(counts: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """What draws of the rows of each group count, int64[draws, groups, truth, flagged], of the same without draws.

    It is multinomial: no row has to be drawn by itself.
    """
    generator = np.random.default_rng(seed)
    return np.stack(
        [generator.multinomial(own.sum(), own.ravel() / own.sum(), DRAWS).reshape(-1, 2, 2) for own in counts], axis=1
    )


def by_cluster(cells: NDArray[np.int64], most: int, belongs: NDArray[np.intp]) -> Any:
    """How many rows of each cluster are in each of so many cells, a sparse matrix [clusters, cells]."""
    from scipy.sparse import coo_array

    names, which = np.unique(belongs, return_inverse=True)
    return coo_array((np.ones(len(cells), np.int64), (which, cells)), (len(names), most)).tocsr()


def by_cluster_drawn(held: Any, seed: int) -> NDArray[np.int64]:
    """What draws of whole clusters count, int64[draws, groups, truth, flagged]: those of all groups at once, because a
    cluster may have rows of several."""
    parts = [(held.T @ some.T).T for some in draws(held.shape[0], None, seed)]
    return np.concatenate(parts).round().astype(np.int64).reshape(-1, held.shape[1] // 4, 2, 2)


def spreads(
    names: NDArray[np.str_], counts: NDArray[np.int64], drawn: NDArray[np.int64], clusters: int | None = None
) -> tuple[Spread, ...]:
    """For each rate, the largest difference between groups, by bootstrap. counts: int64[groups, truth, flagged].

    clusters: how many were drawn from.
    """
    values, spread_out = rates_of(counts[None]), rates_of(drawn)
    found = (spread(each, names, values[each][0], spread_out[each], clusters) for each in RATES)
    return tuple(each for each in found if each is not None)


def rates_of(counts: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Every rate, float64[draws, groups], NaN of no rows, from int64[draws, groups, truth, flagged]."""
    rows, false, true = counts.sum((-2, -1)), counts[..., 0, :], counts[..., 1, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "selected": counts[..., 1].sum(-1) / rows,
            "true_positive_rate": true[..., 1] / true.sum(-1),
            "false_positive_rate": false[..., 1] / false.sum(-1),
            "accuracy": (false[..., 0] + true[..., 1]) / rows,
        }


def spread(
    name: str, groups: NDArray[np.str_], values: NDArray[np.float64], drawn: NDArray[np.float64], clusters: int | None
) -> Spread | None:
    """The highest less the lowest of the groups for which a rate is defined; the interval is that of this same pair."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return None
    low, high = int(known[values[known].argmin()]), int(known[values[known].argmax()])
    apart = ends(drawn[:, high] - drawn[:, low], clusters)
    return Spread(name, float(values[high] - values[low]), apart, str(groups[low]), str(groups[high]))
