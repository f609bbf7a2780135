"""How good found boxes are beside true ones: which match, and average precision. Knows no model and no picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.boxes import overlap

from .bootstrap import percentiles

Floats = NDArray[np.float64]
LEAST = 0.5
"""The intersection over union from which a found box is the true one (Everingham et al. 2010, Pascal VOC, eq. 3)."""


@dataclass(frozen=True)
class Matches:
    """Of some pictures: the score of each box found, whether it is a true one, and how many there were to find."""

    scores: Floats
    hits: NDArray[np.bool_]
    total: int

    def at(self, threshold: float) -> tuple[float, float, float]:
        """Precision, recall and their harmonic mean F1 of the boxes of at least this score; precision of none is 1."""
        kept = self.hits[self.scores >= threshold]
        precision, recall = kept.mean() if len(kept) else 1.0, kept.sum() / self.total
        return float(precision), float(recall), float(2 * kept.sum() / (len(kept) + self.total))


def match(boxes: Floats, scores: Floats, true: Floats, asked: NDArray[np.bool_], least: float = LEAST) -> Matches:
    """Found boxes [n, 4], the best first, each to the true box [m, 4] not yet taken that it overlaps most.

    A box on one that is not asked for counts neither way.
    """
    order = np.argsort(-scores, kind="stable")
    free, hits, counted = np.ones(len(true), bool), [], []
    for each in order:
        overlaps = overlap(true, tuple(boxes[each])) * free
        best = int(overlaps.argmax()) if len(overlaps) else None
        found = best is not None and overlaps[best] >= least
        if found:
            free[best] = False
        hits.append(found)
        counted.append(not found or asked[best])
    kept = np.array(counted, bool)
    return Matches(scores[order][kept], np.array(hits, bool)[kept], int(asked.sum()))


def together(some: Sequence[Matches]) -> Matches:
    """The matches of several pictures as those of one."""
    return Matches(
        np.concatenate([each.scores for each in some]),
        np.concatenate([each.hits for each in some]),
        sum(each.total for each in some),
    )


def average_precision(found: Matches) -> float:
    """The area below precision over recall, precision made falling (Everingham et al. 2015)."""
    hits = found.hits[np.argsort(-found.scores, kind="stable")]
    precision = hits.cumsum() / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(falling[hits].sum() / found.total)


def interval(some: Sequence[Matches], count: int = 2000, seed: int = 0) -> Floats:
    """95 % of the average precision, float64[2], from drawing whole pictures again with replacement."""
    rng = np.random.default_rng(seed)
    draws = (rng.integers(len(some), size=len(some)) for _ in range(count))
    return percentiles([average_precision(together([some[i] for i in draw])) for draw in draws])
