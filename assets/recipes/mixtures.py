"""Find groups in a table, as a Gaussian mixture or as centroids, and measure how good and how stable they are.

Knows no particular column. Every random number comes from a seed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture

from inference.modeling.mixture import MixtureConfig, MixtureExtractor, MixtureModel

from .columns import Columns

Floats = NDArray[np.float64]
SEED = 0
STARTS = 20  # of each search; the best is kept


def extractor_of(columns: Columns, rows: pd.DataFrame, logs: Sequence[str] = ()) -> MixtureExtractor:
    """The columns with their means and deviations; those of `logs` in log(1 + value)."""
    described = []
    for name in columns.names:
        values = np.log1p(rows[name]) if name in logs else rows[name]
        log = {"log": True} if name in logs else {}
        described.append({"name": name, "kind": "number", "mean": values.mean(), "scale": values.std(ddof=0), **log})
    return MixtureExtractor(described)


def standardised(extractor: MixtureExtractor, rows: pd.DataFrame) -> Floats:
    """Rows as the model takes them, float64[rows, columns]."""
    numbers: Floats = extractor(rows.to_dict("records"))["numbers"].double().numpy()
    return numbers


@dataclass(frozen=True)
class Fitted:
    """Groups with names, and what prepares their rows."""

    model: MixtureModel
    extractor: MixtureExtractor


@dataclass(frozen=True)
class Groups:
    """shares float64[k], centres float64[k, d], covariances float64[k, d, d]; how many numbers were chosen freely."""

    shares: Floats
    centres: Floats
    covariances: Floats
    parameters: int

    def logits(self, rows: Floats) -> Floats:
        """log(share × density) of each group, float64[rows, k], for standardised rows float64[rows, d]."""
        each = zip(self.shares, self.centres, self.covariances, strict=True)
        return np.column_stack([np.log(s) + multivariate_normal(c, v).logpdf(rows) for s, c, v in each])

    def labels(self, rows: Floats) -> NDArray[np.intp]:
        """The group of each row."""
        return self.logits(rows).argmax(1)

    def log_density(self, rows: Floats) -> float:
        """Mean log density of rows, in nats."""
        return float(np.logaddexp.reduce(self.logits(rows), axis=1).mean())

    def bic(self, rows: Floats) -> float:
        """Schwarz's criterion (1978), lower is better, on the rows that the groups were found in."""
        return self.parameters * math.log(len(rows)) - 2 * len(rows) * self.log_density(rows)

    def model(self, names: Sequence[str]) -> MixtureModel:
        """The same as a transformers model, whose groups have names."""
        labels = dict(enumerate(names))
        config = MixtureConfig(
            n_numbers=self.centres.shape[1], id2label=labels, label2id={name: i for i, name in labels.items()}
        )
        model = MixtureModel(config)
        with torch.no_grad():
            for parameter, found in (
                (model.log_shares, np.log(self.shares)),
                (model.means, self.centres),
                (model.covariances, self.covariances),
            ):
                parameter.copy_(torch.tensor(found))
        return model


Fit = Callable[[Floats, int], Groups]


def gaussians(rows: Floats, k: int) -> Groups:
    """k Gaussians with covariances of their own, by expectation maximisation."""
    d = rows.shape[1]
    found = GaussianMixture(k, n_init=STARTS, random_state=SEED, reg_covar=1e-3).fit(rows)
    return Groups(found.weights_, found.means_, found.covariances_, k - 1 + k * d + k * d * (d + 1) // 2)


def centroids(rows: Floats, k: int) -> Groups:
    """k centres by k-means; around each the rows spread alike, by the mean square of their distances."""
    found = KMeans(k, n_init=STARTS, random_state=SEED).fit(rows)
    n, d = rows.shape
    spread = np.eye(d) * found.inertia_ / (n * d)
    shares = np.bincount(found.labels_, minlength=k) / n
    return Groups(shares, found.cluster_centers_, np.broadcast_to(spread, (k, d, d)), k - 1 + k * d + 1)


def stability(fit: Fit, rows: Floats, k: int, draws: int = 20) -> Floats:
    """How far groups found in other samples agree: adjusted Rand indices float64[draws] over `rows`.

    Each is of the groups found in `rows` and those found in as many rows drawn from them with replacement (Hennig 2007,
    "Cluster-wise assessment of cluster stability"). 1: the same groups; 0: as chance would have it.
    """
    rng, own = np.random.default_rng(SEED), fit(rows, k).labels(rows)
    samples = (rows[rng.integers(len(rows), size=len(rows))] for _ in range(draws))
    return np.array([adjusted_rand_score(own, fit(sample, k).labels(rows)) for sample in samples])


def shuffled(rows: Floats, seed: int = SEED) -> Floats:
    """The same columns, each in an order of its own: data that have no groups but those of single columns."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.permutation(column) for column in rows.T])


def silhouette(rows: Floats, labels: NDArray[np.intp]) -> float:
    """Rousseeuw's (1987) mean silhouette, −1 to 1; not a number where there is but one group."""
    return float(silhouette_score(rows, labels)) if len(set(labels.tolist())) > 1 else math.nan


def study(fit: Fit, rows: Floats, largest: int = 7) -> None:
    """Print, for each number of groups, what speaks for it; the columns shuffled show what no structure would give."""
    print("| groups | BIC | silhouette | stability | smallest group | columns shuffled: silhouette, stability |")
    print("|---|---|---|---|---|---|")
    mixed = shuffled(rows)
    for k in range(1, largest + 1):
        found, null = fit(rows, k), fit(mixed, k)
        labels, bic = found.labels(rows), f"{found.bic(rows):,.0f}"
        if k == 1:
            print(f"| 1 | {bic} | | | {len(rows)} | |")
            continue
        agree, by_chance = (stability(fit, part, k).mean() for part in (rows, mixed))
        figures = f"{silhouette(rows, labels):.3f} | {agree:.3f} | {np.bincount(labels, minlength=k).min()}"
        print(f"| {k} | {bic} | {figures} | {silhouette(mixed, null.labels(mixed)):.3f}, {by_chance:.3f} |", flush=True)


def named(centres: Floats, words: Mapping[str, tuple[str, str]], count: int = 3, beyond: float = 0.35) -> list[str]:
    """A name for each group from what is low or high in its centre float64[k, d], the strongest first.

    words: for low and for high, by column. beyond: standard deviations from the mean of all rows that are told.
    """
    names = []
    for centre in centres:
        order = [i for i in np.argsort(-np.abs(centre), kind="stable") if abs(centre[i]) > beyond]
        told = [list(words.values())[i][int(centre[i] > 0)] for i in order[:count]]
        names.append(", ".join(told).capitalize() or "In the middle")
    return names
