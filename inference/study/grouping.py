"""How clear groups are that nobody gave: how far apart, how large, and whether they agree with known labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import percent
from . import weighted
from .bootstrap import SEED, Asked, measured
from .metrics import Measure, Metrics

MOST = 3_000
"""Rows that the silhouette is measured on: its cost grows with their square."""


def of_groups(points: Any, groups: Any, truth: Any = None, names: Sequence[str] = (), clusters: Any = None) -> Metrics:
    """Silhouette, and agreement with known labels where they are given.

    points: float64[rows, columns], each column standardised; groups: str[rows]; truth: labels that the model never saw,
    None where there is none. names: all groups there could be. The naive rival draws groups at random, in the same
    shares. clusters: as for `measured`. Raises InputError.
    """
    places, own = np.asarray(points, dtype=np.float64), np.asarray(groups).astype(str)
    if len(np.unique(own)) < 2:
        raise InputError("All rows are in one group: how clear groups are shows only where there are several.")
    random = dummy(own)
    some = np.sort(np.random.default_rng(SEED).permutation(len(own))[:MOST])
    belongs = None if clusters is None else np.asarray(clusters)[some]
    measures = silhouettes(places[some], own[some], random[some], belongs)
    notes = [sizes(own, names)]
    if len(some) < len(own):
        notes.append(f"The silhouette is that of {len(some):,} rows drawn at random.")
    if truth is not None:
        measures += agreement(
            np.array([None if each is None else str(each) for each in truth], dtype=object), own, random
        )
    return Metrics("clusters", len(own), tuple(measures), "groups in the same shares, drawn at random", tuple(notes))


def dummy(groups: NDArray[Any]) -> NDArray[Any]:
    """Groups at random, by scikit-learn."""
    from sklearn.dummy import DummyClassifier

    nothing = np.zeros((len(groups), 1))
    drawn: NDArray[Any] = (
        DummyClassifier(strategy="stratified", random_state=SEED).fit(nothing, groups).predict(nothing)
    )
    return drawn


def silhouettes(
    points: NDArray[np.float64], groups: NDArray[Any], random: NDArray[Any], clusters: Any = None
) -> list[Measure]:
    """The mean silhouette (Rousseeuw 1987) of the groups and of random ones, from −1 to 1."""
    from sklearn.metrics import silhouette_samples

    if not 2 <= len(np.unique(groups)) < len(groups):
        return []
    own = silhouette_samples(points, groups)
    rival = silhouette_samples(points, random) if 2 <= len(np.unique(random)) < len(random) else np.zeros(len(own))
    asked = Asked("Silhouette", float(own.mean()), weighted.mean_of(own), weighted.mean_of(rival))
    return measured([asked], len(own), groups, clusters)


def agreement(truth: NDArray[Any], groups: NDArray[Any], random: NDArray[Any]) -> list[Measure]:
    """The adjusted Rand index (Hubert and Arabie 1985) with known labels: 1 where they agree, about 0 by chance."""
    from sklearn.metrics import adjusted_rand_score

    known = np.array([each is not None for each in truth], dtype=bool)
    if not known.any():
        return []
    labels = truth[known].astype(str)
    value, chance = (float(adjusted_rand_score(labels, each[known])) for each in (groups, random))
    return [Measure("Agreement with the labels (adjusted Rand)", value, None, int(known.sum()), "higher", chance)]


def sizes(groups: NDArray[Any], names: Sequence[str]) -> str:
    """How many rows each group has, in words."""
    found = dict(zip(*(each.tolist() for each in np.unique(groups, return_counts=True)), strict=True))
    every = {**dict.fromkeys(names, 0), **found}
    told = (
        f"{name} {count:,} ({percent(count / len(groups))})"
        for name, count in sorted(every.items(), key=lambda p: -p[1])
    )
    return f"Sizes: {', '.join(told)}."
