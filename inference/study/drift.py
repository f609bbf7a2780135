"""Whether the rows of a file are distributed as those that the model knows, column by column, every test by its name.

Numbers: the two-sample test of Kolmogorov and Smirnov; categories: chi-square; both by scipy. Beside them the
population stability index (PSI), which says how much, not whether. Many tests: Benjamini and Hochberg. Knows no
model; what a model sees of pictures and texts is compared in embedding.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..types import Record
from ..units import listed, percent, quantity
from .clusters import LEVEL
from .traits import Trait

FEWEST = 20
"""Rows on either side below which nothing is tested."""
MODERATE, LARGE = 0.1, 0.25
"""PSI from which a shift is called moderate, and large: the rule of thumb of credit scoring (Siddiqi 2006)."""
BINS, MOST = 10, 12
"""Bins of the reference, by quantiles; categories with a bar of their own."""
RARE = 5
"""Expected rows of a category below which it is joined with others: chi-square is not exact for fewer."""

Size = Literal["none", "slight", "moderate", "large"]


@dataclass(frozen=True)
class Bar(Record):
    """A bin or a category: which share of the reference rows is in it, and which of the new ones."""

    name: str
    reference: float
    now: float


@dataclass(frozen=True)
class Drift(Record):
    """One column. p: of the hypothesis that both come from one distribution, after Benjamini and Hochberg.

    effect: the PSI, or for an embedding the distance of the means in spreads of the reference. words: what changed.
    """

    name: str
    label: str
    test: str
    statistic: float
    p: float
    effect: float
    words: str
    bars: tuple[Bar, ...] = ()

    @property
    def size(self) -> Size:
        """How much it drifted; none where chance explains it."""
        if self.p > LEVEL:
            return "none"
        return "large" if self.effect >= LARGE else "moderate" if self.effect >= MODERATE else "slight"


@dataclass(frozen=True)
class Drifts(Record):
    """All columns of `rows` rows beside `known` rows of the `reference`, as it is called; the most drifted first."""

    reference: str
    known: int
    rows: int
    columns: tuple[Drift, ...]

    @property
    def drifted(self) -> tuple[Drift, ...]:
        """Those that changed enough to matter, by more than chance."""
        return tuple(each for each in self.columns if each.size in ("moderate", "large"))


def drifts(reference: Sequence[Trait], current: Sequence[Trait], called: str, others: Sequence[Drift] = ()) -> Drifts:
    """Every trait that both have. called: what the reference is. others: tested elsewhere, to be listed too."""
    known = {trait.name: trait for trait in reference}
    pairs = [(known[trait.name], trait) for trait in current if trait.name in known and trait.kind != "text"]
    found = [*(each for pair in pairs for each in of(*pair)), *others]
    order = sorted(adjusted(found), key=lambda each: (SIZES.index(each.size), -each.effect))
    sizes = [len(traits[0].values) if traits else 0 for traits in (reference, current)]
    return Drifts(called, sizes[0], sizes[1], tuple(order))


SIZES: tuple[Size, ...] = ("large", "moderate", "slight", "none")


def adjusted(found: Sequence[Drift]) -> list[Drift]:
    """The same, with p-values that bound the share of false alarms among alarms (Benjamini & Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    bounds = false_discovery_control([each.p for each in found]).tolist() if found else []
    return [replace(each, p=p) for each, p in zip(found, bounds, strict=True)]


def of(before: Trait, now: Trait) -> Iterator[Drift]:
    """A trait's distribution, and which share of it is missing."""
    known = [each.values[each.known] for each in (before, now)]
    if min(len(before.values), len(now.values)) < FEWEST:
        return
    if not (before.known.all() and now.known.all()):
        a, b = (np.where(each.known, "known", "missing").astype(object) for each in (before, now))
        yield of_categories(f"{before.name} is missing", f"{before.label} missing", a, b)
    if min(map(len, known)) >= FEWEST:
        test = of_numbers if before.kind == "number" else of_categories
        yield test(before.name, before.label, known[0], known[1], before.unit)


def of_numbers(
    name: str, label: str, before: NDArray[np.float64], now: NDArray[np.float64], unit: str | None = None
) -> Drift:
    """Two samples of a number."""
    from scipy.stats import ks_2samp

    found = ks_2samp(before, now, method="auto" if len(before) * len(now) < 10_000 else "asymp")
    edges = np.unique(np.quantile(before, np.arange(1, BINS) / BINS))
    shares = [np.bincount(np.searchsorted(edges, each), minlength=len(edges) + 1) for each in (before, now)]
    said = [quantity(float(edge), unit) for edge in edges]
    names = [f"up to {said[0]}", *(f"above {each}" for each in said)]
    medians = [quantity(float(np.median(each)), unit) for each in (before, now)]
    words = f"the middle one {medians[0]}, now {medians[1]}" if medians[0] != medians[1] else spread(before, now, unit)
    test = "Kolmogorov–Smirnov"
    return Drift(
        name, label, test, float(found.statistic), float(found.pvalue), psi(*shares), words, bars(names, *shares)
    )


def spread(before: NDArray[np.float64], now: NDArray[np.float64], unit: str | None) -> str:
    """Where the middle is the same: between what most lie."""
    ends = [[quantity(float(end), unit) for end in np.percentile(each, (10, 90))] for each in (before, now)]
    return f"most from {ends[0][0]} to {ends[0][1]}, now from {ends[1][0]} to {ends[1][1]}"


def of_categories(
    name: str, label: str, before: NDArray[np.object_], now: NDArray[np.object_], unit: str | None = None
) -> Drift:
    """Two samples of a category; rare ones are joined."""
    from scipy.stats import chi2_contingency

    values = np.unique(np.concatenate([before, now]).astype(str)).tolist()
    counts = np.array([[int((each == value).sum()) for value in values] for each in (before, now)])
    smaller = min(len(before), len(now)) / (len(before) + len(now))
    common = counts.sum(0) * smaller >= RARE
    joined = np.column_stack([counts[:, common], counts[:, ~common].sum(1)]) if not common.all() else counts
    joined = joined[:, joined.sum(0) > 0]
    statistic, p = (0.0, 1.0) if joined.shape[1] < 2 else chi2_contingency(joined)[:2]
    order = np.argsort(-counts.sum(0), kind="stable")[:MOST]
    names = [values[place] for place in order]
    shares = counts / counts.sum(1, keepdims=True)
    most = int(np.abs(shares[1] - shares[0]).argmax())
    words = f"{values[most]}: {percent(shares[0, most])}, now {percent(shares[1, most])}"
    kept = tuple(Bar(each, *shares[:, place].tolist()) for each, place in zip(names, order.tolist(), strict=True))
    return Drift(name, label, "chi-square", float(statistic), float(p), psi(*joined), words, kept)


def psi(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """The population stability index of two histograms of counts, half a row added to each bin so that none is empty:
    the sum of (share now − share before) · ln(share now / share before), Kullback & Leibler's J-divergence (1951).
    """
    a, b = ((each + 0.5) / (each + 0.5).sum() for each in (before, now))
    return float(((b - a) * np.log(b / a)).sum())


def bars(names: Sequence[str], before: NDArray[np.int64], now: NDArray[np.int64]) -> tuple[Bar, ...]:
    """Histograms of counts as shares."""
    a, b = ((each / max(each.sum(), 1)).tolist() for each in (before, now))
    return tuple(Bar(*each) for each in zip(names, a, b, strict=True))


def sentence(found: Drifts) -> str:
    """What drifted, in words."""
    if not found.columns:
        return f"Too few rows to compare with {found.reference}; it takes {FEWEST} on either side."
    names = [each.label for each in found.drifted]
    if not names:
        return f"Distributed like {found.reference}, as far as {found.rows:,} rows tell."
    shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
    return f"Unlike {found.reference}: {listed(shown)}."
