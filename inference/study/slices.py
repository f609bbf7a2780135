"""Parts of a file side by side: how wrong the model is in each, beside all rows. Small parts are marked, not hidden.

A part is a query, so that it can be asked again of other rows. search.py finds the worst parts by itself.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..types import Record
from ..units import listed, quantity
from . import clusters
from .clusters import LEVEL
from .losses import Losses
from .queries import between, literal, quote, select
from .traits import Trait

BINS, SMALL, MOST = 4, 30, 12
"""Bins of a number, by quantiles; rows below which a slice is small; categories with a slice of their own."""

Mask = NDArray[np.bool_]
Ends = tuple[float, float] | None
Verdict = Literal["worse", "better", "usual", "small"]


@dataclass(frozen=True)
class Slice(Record):
    """Some rows. `value`: the mean loss of the `rows` whose truth is known, `interval` its 95 % interval.

    rest: the mean loss of all other rows. p: of the hypothesis that these do not differ from them, after Benjamini and
    Hochberg where several slices are looked at together.
    """

    name: str
    query: str
    rows: int
    value: float | None = None
    interval: tuple[float, float] | None = None
    rest: float | None = None
    p: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it is worse than the rest by more than chance explains."""
        if self.rows < SMALL or self.value is None:
            return "small"
        if self.p is None or self.p > LEVEL or self.rest is None:
            return "usual"
        return "worse" if self.value > self.rest else "better"


@dataclass(frozen=True)
class Slices(Record):
    """Slices by one thing, beside the `whole`. metric: what is compared; the lower, the better."""

    of: str
    metric: str
    whole: Slice
    slices: tuple[Slice, ...]
    unit: str | None = None


def by(trait: Trait, losses: Losses, traits: Sequence[Trait] = ()) -> Slices:
    """The slices of one thing: numbers in quantile bins, categories each, what is missing apart."""
    return of_queries(queries_of(trait), losses, traits or [trait], trait.label)


def of_queries(
    queries: Sequence[tuple[str, str]], losses: Losses, traits: Sequence[Trait], of: str = "Queries"
) -> Slices:
    """Slices by their names and queries. Raises InputError where a query is none."""
    found = [measured(name, query, select(query, traits), losses) for name, query in queries]
    everything = measured("all rows", "", np.ones(len(losses.values), bool), losses)
    return Slices(of, losses.metric, everything, adjusted(found), losses.unit)


def queries_of(trait: Trait) -> list[tuple[str, str]]:
    """Name and query of each slice by a trait."""
    if trait.kind == "text":
        return []
    found = list(bins(trait) if trait.kind == "number" else categories(trait))
    missing = [(f"{trait.label} missing", f"{quote(trait.name)} is missing")]
    return found + ([] if trait.known.all() else missing)


def bins(trait: Trait) -> Iterator[tuple[str, str]]:
    """A number's quantile bins; each value where there are few."""
    values, name = trait.values[trait.known], quote(trait.name)
    said = lambda value: quantity(float(value), trait.unit)  # noqa: E731
    distinct = np.unique(values)
    if len(distinct) <= BINS + 1:
        yield from ((f"{trait.label} {said(each)}", f"{name} == {literal(each)}") for each in distinct)
        return
    quantiles = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="lower")).tolist()
    cuts = [between(distinct, cut) for cut in quantiles if cut < distinct[-1]]
    yield f"{trait.label} up to {said(cuts[0])}", f"{name} <= {literal(cuts[0])}"
    for low, high in pairwise(cuts):
        words = f"{trait.label} above {said(low)}, up to {said(high)}"
        yield words, f"{literal(low)} < {name} <= {literal(high)}"
    yield f"{trait.label} above {said(cuts[-1])}", f"{name} > {literal(cuts[-1])}"


def categories(trait: Trait) -> Iterator[tuple[str, str]]:
    """A category's commonest values, and all others together."""
    values, counts = np.unique(trait.values[trait.known].astype(str), return_counts=True)
    order = values[np.argsort(-counts, kind="stable")].tolist()
    common, rare = (order, []) if len(order) <= MOST else (order[: MOST - 1], order[MOST - 1 :])
    yield from ((f"{trait.label} {each}", f"{quote(trait.name)} == {literal(each)}") for each in common)
    if rare:
        these = ", ".join(map(literal, common))
        yield f"{trait.label}: {len(rare):,} others", f"{quote(trait.name)} not in [{these}]"


def measured(name: str, query: str, mask: Mask, losses: Losses) -> Slice:
    """The mean loss of some rows, its interval, and whether the others differ."""
    known = np.flatnonzero(np.isfinite(losses.values))
    mine, some = mask[known], losses.at(known)
    inside, outside = some.values[mine], some.values[~mine]
    if not len(inside):
        return Slice(name, query, 0)
    rest = float(outside.mean()) if len(outside) else None
    ends = interval(inside, losses.shares, some.at(mine).clusters)
    return Slice(name, query, len(inside), float(inside.mean()), ends, rest, difference(some, mine))


def interval(values: NDArray[np.float64], shares: bool, belongs: NDArray[np.intp] | None = None) -> Ends:
    """The 95 % interval of a mean: Wilson's (1927) of a share, Student's of amounts. belongs: each row's cluster."""
    from scipy import stats

    if shares:
        size = len(values) if belongs is None else clusters.effective(values, belongs)
        return clusters.wilson(float(values.mean()), size)
    if belongs is not None:
        found = clusters.mean_interval(values, belongs)
        return found and (max(0.0, found[0]), found[1])
    if len(values) < 2 or not values.std():
        return None
    low, high = stats.t.interval(1 - LEVEL, len(values) - 1, values.mean(), stats.sem(values))
    return max(0.0, float(low)), float(high)


def difference(losses: Losses, mask: Mask, alternative: Literal["two-sided", "greater"] = "two-sided") -> float | None:
    """The p-value of equal means in some rows, bool[n], and in the others, all of known losses: Fisher's exact test of
    shares, Welch's of amounts, one by whole clusters where rows belong together; None where there is no test."""
    from scipy import stats

    inside, outside = losses.values[mask], losses.values[~mask]
    if min(len(inside), len(outside)) < 2:
        return None
    if losses.clusters is not None:
        return clusters.difference(losses.values, mask, losses.clusters, alternative)
    if losses.shares:
        table = [[int(each.sum()), int(len(each) - each.sum())] for each in (inside, outside)]
        return float(stats.fisher_exact(table, alternative=alternative).pvalue)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of values that hardly differ
        p = float(stats.ttest_ind(inside, outside, equal_var=False, alternative=alternative).pvalue)
    return p if np.isfinite(p) else None


def adjusted(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """The same, with p-values that bound the share of false findings (Benjamini & Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    tested = [each.p for each in slices if each.p is not None]
    bounds = iter(false_discovery_control(tested).tolist() if tested else [])
    return tuple(each if each.p is None else replace(each, p=next(bounds)) for each in slices)


def sentence(found: Slices) -> str:
    """Which slices are worse than the rest, in words."""
    worse = sorted((each for each in found.slices if each.verdict == "worse"), key=lambda each: -(each.value or 0))
    if not worse:
        return "No slice is worse than the rest by more than chance explains."
    return f"Worse than the rest by more than chance explains: {listed([each.name for each in worse[:3]])}."
