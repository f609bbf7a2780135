"""Columns that give the truth away: a small tree over one column alone predicts it nearly perfectly.

Measured on folds that the tree has not seen, so that ids, which differ in every row, are not suspected.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bootstrap import SEED
from .results import Truth
from .traits import Trait

NEARLY = 0.98
"""Balanced accuracy, or share of the variation explained, from which a column is suspected."""
FEWEST, MOST, FOLDS, DEPTH = 50, 5_000, 3, 4
"""Rows that are needed, and that are enough; folds; depth of the tree."""
MOST_LABELS, MOST_CHOICES = 20, 50
"""Labels and categories beyond which nothing is tried."""


class Leak(NamedTuple):
    """A column that predicts the truth of `rows` rows by itself, how well, and by which measure."""

    trait: Trait
    score: float
    measure: str
    rows: int


def leaks(traits: Sequence[Trait], truth: Truth | None) -> Iterator[Leak]:
    """The columns that give the truth away. What was predicted is no column of its own."""
    if truth is None:
        return
    known = np.array([each is not None and each == each for each in truth.tolist()], bool)
    places = np.random.default_rng(SEED).permutation(np.flatnonzero(known))[:MOST]
    answers, amounts = truth[places], truth.dtype.kind == "f"
    if len(places) < FEWEST or not (amounts or enough(answers)):
        return
    for trait in traits:
        columns = table(trait.at(places)) if trait.origin != "answer" else None
        score = 0.0 if columns is None else alone(columns, answers, amounts)
        if score >= NEARLY:
            yield Leak(trait, score, "R²" if amounts else "balanced accuracy", len(places))


def enough(truth: Truth) -> bool:
    """Whether there are at least two labels, and of each enough rows for every fold."""
    labels, counts = np.unique(truth.astype(str), return_counts=True)
    return 2 <= len(labels) <= MOST_LABELS and bool(counts.min() >= FOLDS)


def table(trait: Trait) -> NDArray[np.float64] | None:
    """A trait as columns, whether it is missing among them; None where it cannot tell anything."""
    missing = (~trait.known).astype(np.float64)
    if trait.kind == "number":
        return np.column_stack([np.nan_to_num(trait.values), missing])
    values = np.unique(trait.values.astype(str)) if trait.kind == "category" else np.zeros(0)
    if not 2 <= len(values) <= MOST_CHOICES:
        return None
    return np.column_stack([(trait.values == each).astype(np.float64) for each in values.tolist()])


def alone(columns: NDArray[np.float64], truth: Truth, amounts: bool) -> float:
    """How well these columns predict the truth of rows that were left out."""
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.model_selection import cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of labels with few rows
        if amounts:
            tree = DecisionTreeRegressor(min_samples_leaf=5, random_state=0)
            return float(r2_score(truth, cross_val_predict(tree, columns, truth, cv=FOLDS)))
        labels = truth.astype(str)
        found = cross_val_predict(DecisionTreeClassifier(max_depth=DEPTH, random_state=0), columns, labels, cv=FOLDS)
        return float(balanced_accuracy_score(labels, found))
