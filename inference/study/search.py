"""Where the model is at its worst, found by a tree over the losses, and tested on rows that the tree has not seen.

One half of the rows grows the tree (each node is a conjunction of conditions, a slice in words and a query), the other
half measures its nodes; what is reported is measured there. Without that, the worst of many nodes is always bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..types import Record
from ..units import quantity
from .clusters import LEVEL
from .losses import Losses
from .queries import between, literal, quote, select
from .slices import Slice, adjusted, difference, measured
from .traits import Trait

DEPTH, LEAST, SHARE = 3, 40, 0.02
"""Conditions of a slice at most; rows and share of rows that it must have in the half that finds it, so that the other
half, too, will have enough of it to tell."""
CUTS = 10
"""A split is the best of so many thresholds of each column, about: as much stronger it must be to stay in a slice."""
MOST_CHOICES = 30
"""Commonest categories that a condition may be about."""
FEWEST = 200
"""Rows below which nothing is searched: each half would have too few."""


@dataclass(frozen=True)
class Condition:
    """One split of the tree: a number's side of a threshold, or whether a category is `equal`."""

    trait: Trait
    value: Any
    upper: bool

    @property
    def key(self) -> tuple[str, Any]:
        """Conditions of one key leave only the narrowest standing."""
        return self.trait.name, self.upper if self.trait.kind == "number" else (self.upper, self.value)

    @property
    def query(self) -> str:
        """As a query has it."""
        signs = ("<=", ">") if self.trait.kind == "number" else ("!=", "==")
        return f"{quote(self.trait.name)} {signs[self.upper]} {literal(self.value)}"

    @property
    def words(self) -> str:
        """For people."""
        if self.trait.kind == "number":
            return f"{self.trait.label} {'above' if self.upper else 'up to'} {quantity(self.value, self.trait.unit)}"
        return f"{self.trait.label} {'is' if self.upper else 'is not'} {self.value}"


@dataclass(frozen=True)
class Search(Record):
    """The worst nodes as they measured on rows that did not find them, the worst first, beside the `whole` of those.

    tested: nodes that the other half was asked about. Each slice's `p` is one-sided, after Benjamini and Hochberg.
    """

    metric: str
    whole: Slice
    slices: tuple[Slice, ...]
    tested: int
    unit: str | None = None

    @property
    def found(self) -> tuple[Slice, ...]:
        """Those that are worse by more than chance explains."""
        return tuple(each for each in self.slices if each.verdict == "worse")


def search(traits: Sequence[Trait], losses: Losses, seed: int = 0) -> Search:
    """The worst slices. Raises InputError where there are too few rows."""
    known = np.flatnonzero(np.isfinite(losses.values))
    if len(known) < FEWEST:
        raise InputError(f"Searching for the worst slices takes {FEWEST} rows with a truth, got {len(known):,}.")
    first, second = halves(known, losses.clusters, seed)
    usable = [trait for trait in traits if trait.kind != "text"]
    nodes = grown([trait.at(first) for trait in usable], losses.at(first))
    return tested(nodes, [trait.at(second) for trait in usable], losses.at(second))


def halves(known: NDArray[np.intp], belongs: NDArray[np.intp] | None, seed: int) -> list[NDArray[np.intp]]:
    """Two halves of the places of rows, drawn at random; rows that belong together stay in one."""
    alone = known if belongs is None else belongs[known]
    order = np.random.default_rng(seed).permutation(np.unique(alone))
    mine = np.isin(alone, order[: len(order) // 2])
    return [known[mine], known[~mine]]


def tested(nodes: Sequence[Sequence[Condition]], traits: Sequence[Trait], losses: Losses) -> Search:
    """What nodes measure on rows that did not find them."""
    found = []
    for conditions in nodes:
        name = worded(conditions)
        query = " and ".join(condition.query for condition in conditions)
        mask = select(query, traits)
        p = difference(losses, mask, "greater")
        found.append(replace(measured(name, query, mask, losses), p=p))
    whole = measured("all rows", "", np.ones(len(losses.values), bool), losses)
    order = sorted(adjusted(found), key=lambda each: -(each.value or 0))
    return Search(losses.metric, whole, tuple(order), len(found), losses.unit)


def grown(traits: Sequence[Trait], losses: Losses) -> list[list[Condition]]:
    """The nodes of a tree over the losses that are worse than all rows together, as conditions."""
    from sklearn.tree import DecisionTreeRegressor

    columns = [column for trait in traits for column in encoded(trait)]
    if not columns:
        return []
    table = np.column_stack([values for _, _, values in columns])
    values = losses.values
    least = max(LEAST, round(SHARE * len(values)))
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=least, random_state=0).fit(table, values).tree_
    under = np.asarray(tree.decision_path(table.astype(np.float32)).todense(), bool)  # [rows, nodes]

    def parts(node: int, path: list[Condition]) -> list[tuple[int, list[Condition]]]:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            return [(node, path)]
        trait, value, _ = columns[tree.feature[node]]
        value = between(trait.values[trait.known], float(tree.threshold[node])) if value is None else value
        lower, upper = (Condition(trait, value, side) for side in (False, True))
        inner = parts(left, [*path, lower]) + parts(right, [*path, upper])
        inside = under[:, node]
        p = difference(losses.at(inside), under[inside, left]) if path and len(inner) == 2 else 0.0
        tells = p is not None and p < LEVEL / (CUTS * len(columns))
        return [(node, path), *(inner if tells else [])]

    worse = [path for node, path in parts(0, []) if path and values[under[:, node]].mean() > values.mean()]
    return [narrowed(path) for path in worse]


def encoded(trait: Trait) -> list[tuple[Trait, Any, NDArray[np.float64]]]:
    """A trait as columns of a table, each with the category that it stands for; None for a number."""
    if trait.kind == "number":
        known = trait.values[trait.known]
        middle = float(np.median(known)) if len(known) else 0.0
        return [(trait, None, np.where(trait.known, trait.values, middle))] if len(np.unique(known)) > 1 else []
    values, counts = np.unique(trait.values[trait.known].astype(str), return_counts=True)
    common = values[np.argsort(-counts, kind="stable")][:MOST_CHOICES].tolist()
    return [(trait, each, (trait.values == each).astype(np.float64)) for each in common if len(values) > 1]


def narrowed(path: Sequence[Condition]) -> list[Condition]:
    """A path without what a later condition implies: of a number the last on each side, of a category what it is."""
    last = {condition.key: condition for condition in map(positive, path)}.values()
    chosen = {each.trait.name for each in last if each.trait.kind == "category" and each.upper}
    kept = [each for each in last if each.trait.kind == "number" or each.upper or each.trait.name not in chosen]
    order = [each.trait.name for each in path]
    return sorted(kept, key=lambda each: order.index(each.trait.name))


def positive(condition: Condition) -> Condition:
    """What is not one of two categories is the other."""
    if condition.upper or condition.trait.kind == "number":
        return condition
    trait = condition.trait
    others = [each for each in np.unique(trait.values.astype(str)).tolist() if each != condition.value]
    return Condition(trait, others[0], True) if len(others) == 1 and others[0] else condition


def worded(conditions: Sequence[Condition]) -> str:
    """A conjunction for people; both ends of a number together."""
    said: dict[str, str] = {}
    for each in conditions:
        ends = sorted(one.value for one in conditions if one.trait is each.trait and each.trait.kind == "number")
        if len(ends) == 2:
            low, high = (quantity(value, each.trait.unit) for value in ends)
            said[each.trait.name] = f"{each.trait.label} above {low}, up to {high}"
        else:
            said[each.query] = each.words
    return " and ".join(said.values())
