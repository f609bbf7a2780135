"""How good suggestions are: whether they hold what people went on to choose, and how much of the catalogue they use."""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..errors import InputError
from . import weighted
from .bootstrap import Asked, measured
from .metrics import Measure, Metrics

FIRST = 10
"""Suggestions that count."""

Lists = Sequence[Sequence[str]]


def of_rankings(
    chosen: Sequence[Collection[str]], suggested: Lists, items: Collection[str], clusters: Any = None
) -> Metrics:
    """NDCG and recall of the first suggestions, how popular they are, and how many items are ever suggested.

    chosen: of each row, ids of what was chosen afterwards; suggested: ids, the best first; items: all there are. The
    naive rival suggests to everybody what is chosen most in these rows. clusters: as for `measured`. Raises InputError.
    """
    rows = [(set(wanted), list(found)[:FIRST]) for wanted, found in zip(chosen, suggested, strict=True) if wanted]
    if not rows:
        raise InputError("No row says what was chosen afterwards: name the column that holds the ids.")
    wanted, found = [each for each, _ in rows], [each for _, each in rows]
    popular = Counter(item for some in wanted for item in some)
    most = sorted(popular, key=lambda item: (-popular[item], item))[:FIRST]
    best = [most] * len(rows)
    asked = [mean(f"NDCG@{FIRST}", [list(map(gain, wanted, each)) for each in (found, best)])]
    asked.append(mean(f"Recall@{FIRST}", [list(map(recall, wanted, each)) for each in (found, best)]))
    bias = [
        [float(np.mean([popular[item] / len(rows) for item in some] or [0])) for some in each] for each in (found, best)
    ]
    asked.append(mean("Popularity", bias, lower=True))
    left_out = len(chosen) - len(rows)
    notes = (f"{left_out:,} rows are left out: nothing was chosen in them.",) if left_out else ()
    belongs = None if clusters is None else np.asarray(clusters)[[bool(each) for each in chosen]]
    measures = (*measured(asked, len(rows), None, belongs), coverage(found, most, items, len(rows)))
    return Metrics("ranking", len(rows), measures, "to everybody what was chosen most in these rows", notes)


def mean(name: str, both: list[list[float]], lower: bool = False) -> Asked:
    """The mean of a number of each row, of the model and of its rival."""
    own, rival = both
    return Asked(
        name, float(np.mean(own)), weighted.mean_of(own), weighted.mean_of(rival), "lower" if lower else "higher"
    )


def gain(wanted: Collection[str], found: Sequence[str]) -> float:
    """NDCG of one row by scikit-learn: it depends on the places of the hits and on how many there could be."""
    return ideal_share(tuple(item in wanted for item in found), len(wanted))


@cache
def ideal_share(hits: tuple[bool, ...], wanted: int) -> float:
    """NDCG of hits by place, among `wanted` items that would have been hits."""
    from sklearn.metrics import ndcg_score

    missed = max(0, wanted - sum(hits))
    relevant = np.array([[*hits, *[False] * (FIRST - len(hits)), *[True] * missed, False]], dtype=float)
    return float(ndcg_score(relevant, -np.arange(relevant.shape[1], dtype=float)[None], k=FIRST))


def recall(wanted: Collection[str], found: Sequence[str]) -> float:
    """The share of what was chosen that was suggested; of more than could be suggested, of as many as could."""
    return sum(item in wanted for item in found) / min(len(wanted), FIRST)


def coverage(found: Lists, most: Sequence[str], items: Collection[str], rows: int) -> Measure:
    """The share of the catalogue that is suggested to anybody. Without an interval: draws of rows leave items out."""
    known, size = set(items), max(len(items), 1)
    value = len(known & {item for some in found for item in some}) / size
    return Measure("Coverage", value, None, rows, "higher", len(known & set(most)) / size)
