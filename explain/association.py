"""How strongly columns of a table go together, and which of a wide table's columns make one player. Knows no model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.fields import Field
from inference.types import Raw

Floats = NDArray[np.float64]

WIDE = 40
"""A table of more columns than that begins with groups of them."""
GROUPS = 16
"""Groups that the columns of a wide table are put into."""


def clusters(rows: Sequence[Raw], fields: Sequence[Field]) -> tuple[tuple[str, ...], ...]:
    """Names of the columns that are one player to begin with, correlated ones side by side; none up to WIDE columns.

    Complete linkage, which keeps groups of a size, on 1 − association.
    """
    if len(fields) <= WIDE or not rows:
        return ()
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
    from scipy.spatial.distance import squareform

    strength = association([[row[field.name] for row in rows] for field in fields], [f.kind for f in fields])
    tree = linkage(squareform(1 - strength, checks=False), "complete")
    labels = fcluster(tree, GROUPS, "maxclust")
    members: dict[int, list[str]] = {}
    for leaf in leaves_list(tree):
        members.setdefault(int(labels[leaf]), []).append(fields[leaf].name)
    return tuple(map(tuple, members.values()))


def association(columns: Sequence[Sequence[object]], kinds: Sequence[str]) -> Floats:
    """Strengths from 0 to 1, float64[columns, columns]: |Spearman's ρ| of two numbers, Cramér's V of two categories,
    the correlation ratio η of a number's ranks in a category.

    All are √(Σ squared correlations / min(d, d′)) of two blocks, d = 1 for ranks and categories − 1 for indicators;
    what chance gives d · d′ > 1 correlations over so few rows is taken off, after Bergsma (2013).
    """
    blocks = [block(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    rows, sizes = len(columns[0]), np.array([each.shape[1] for each in blocks])
    owner = np.repeat(np.arange(len(blocks)), sizes)
    together = np.concatenate(blocks, axis=1)
    squared = (together.T @ together) ** 2
    member = (owner[:, None] == np.arange(len(blocks))).astype(np.float64)
    sums = member.T @ squared @ member
    products = np.outer(sizes, sizes)
    chance = np.maximum(products - 1, 0) / max(rows - 1, 1)
    strength = np.sqrt(np.clip((sums - chance) / np.maximum(np.minimum.outer(sizes, sizes), 1), 0, 1))
    np.fill_diagonal(strength, 1)
    return strength


def block(values: Sequence[object], kind: str) -> Floats:
    """An orthonormal basis float64[rows, d] of a column's centred ranks or indicators; d = 0 for a constant column."""
    if kind == "number":
        points = ranks(np.array(values, dtype=np.float64))[:, None]
    else:
        points = (np.array(values, dtype=object)[:, None] == sorted(set(values), key=str)).astype(np.float64)
    left, sizes, _ = np.linalg.svd(points - points.mean(0), full_matrices=False)
    return left[:, sizes > 1e-9 * max(len(values), 1)]


def ranks(values: Floats) -> Floats:
    """Ranks from 1, float64[rows]; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return shared
