"""Cross-validate a table's model beside its rivals: the same folds for all, differences fold by fold.

Knows no particular column, model or measure; writes nothing.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold, train_test_split

from .intervals import corrected
from .report import Measure
from .rivals import Fit

Scores = dict[str, dict[str, NDArray[np.float64]]]
"""Each measure of each model, [measure][model] as float64[folds]."""


def folds(
    rows: pd.DataFrame, rounds: int, share: float, strata: str | None
) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame, NDArray[np.int64]]]:
    """Yield rounds of 5-fold cross-validation: the round, training and validation part, and the test rows' places.

    The validation part is this share of the rows outside the fold. `strata` names a column of which every part has
    equal shares.
    """
    for seed in range(rounds):
        kind = StratifiedKFold if strata else KFold
        for rest, test in kind(5, shuffle=True, random_state=seed).split(rows, rows[strata] if strata else None):
            part = rows.iloc[rest]
            alike = part[strata] if strata else None
            training, validation = train_test_split(part, test_size=share, random_state=seed, stratify=alike)
            yield seed, training, validation, test


def whole(
    rows: pd.DataFrame, rounds: int, share: float, strata: str, together: str
) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame, NDArray[np.int64]]]:
    """The same, where equal rows of the column `together` stay in one part."""
    for seed in range(rounds):
        for rest, test in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(
            rows, rows[strata], rows[together]
        ):
            part = rows.iloc[rest]
            parts = StratifiedGroupKFold(round(1 / share), shuffle=True, random_state=seed)
            training, validation = next(parts.split(part, part[strata], part[together]))
            yield seed, part.iloc[training], part.iloc[validation], test


def compare(
    rows: pd.DataFrame,
    fits: Mapping[str, Fit],
    truth: str,
    measures: Mapping[str, Measure],
    rounds: int,
    share: float,
    strata: str | None = None,
    together: str | None = None,
) -> tuple[Scores, NDArray[np.float64]]:
    """Cross-validate the models on the same folds (see `folds`, and `whole` where `together` is named).

    `truth` names the column of what was true. Returns the scores, and what the first model answers to each row in the
    first round, where it had not learned from it, float64[rows].
    """
    found: dict[str, dict[str, list[float]]] = {name: {model: [] for model in fits} for name in measures}
    first = np.empty(len(rows))
    parts = whole(rows, rounds, share, strata, together) if strata and together else folds(rows, rounds, share, strata)
    for round_, training, validation, places in parts:
        test = rows.iloc[places]
        for number, (model, fit) in enumerate(fits.items()):
            answers = fit(training, validation)(test)
            if round_ == number == 0:
                first[places] = answers
            for name, measure in measures.items():
                found[name][model].append(measure.of(test[truth].to_numpy(), answers))
    return {name: {m: np.array(s) for m, s in models.items()} for name, models in found.items()}, first


def differences(found: Scores, form: str = ".4f") -> None:
    """Print each measure's mean, and the first model's difference to every other; see `intervals.corrected`.

    The validation rows count as training rows, so a fold has a quarter as many test as training rows.
    """
    for name, models in found.items():
        (first, ours), *others = models.items()
        for other, theirs in others:
            difference = ours - theirs
            low, high = corrected(difference, test_per_training=0.25)
            print(
                f"{name}: {first} {ours.mean():{form}}, {other} {theirs.mean():{form}},"
                f" difference {difference.mean():+{form}} (95 % interval {low:+{form}} to {high:+{form}}),"
                f" {first} lower in {(difference < 0).sum()} of {len(difference)} folds"
            )
