"""Intervals by formula: of a share, of a difference of shares, of folds that share rows, of a price.

Knows numbers alone: no table, no model, no resampling (that is bootstrap.py).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtrit

Z = 1.96  # the normal distribution holds 95 % within it on both sides
Count = tuple[int, int]
"""How many, of how many."""


def wilson(count: int, total: int) -> tuple[float, float]:
    """95 % interval of the share count / total (Wilson 1927, "Probable Inference"), within 0..1; total at least 1."""
    share = count / total
    centre = share + Z**2 / (2 * total)
    half = Z * np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    return float((centre - half) / (1 + Z**2 / total)), float((centre + half) / (1 + Z**2 / total))


def clopper_pearson(count: int, total: int) -> tuple[float, float]:
    """Exact 95 % interval of the share count / total (Clopper and Pearson 1934), within 0..1; total at least 1."""
    low = betaincinv(count, total - count + 1, 0.025) if count else 0.0
    high = betaincinv(count + 1, total - count, 0.975) if count < total else 1.0
    return float(low), float(high)


def newcombe(one: Count, other: Count) -> tuple[float, float]:
    """95 % interval of the share of one less that of the other, two independent groups (Newcombe 1998, method 10)."""
    (a, b), ((low_a, high_a), (low_b, high_b)) = (k / n for k, n in (one, other)), (wilson(*one), wilson(*other))
    return float(a - b - np.hypot(a - low_a, high_b - b)), float(a - b + np.hypot(high_a - a, b - low_b))


def corrected(differences: Sequence[float] | NDArray[np.float64], test_per_training: float) -> tuple[float, float]:
    """95 % interval of the mean of paired differences float64[folds] over rounds of cross-validation.

    The folds' training parts share rows, so the variance is widened by test rows per training row, 0.25 for five folds
    (Nadeau and Bengio 2003, "Inference for the Generalization Error", corrected resampled t-test). At least two folds.
    """
    n, mean = len(differences), np.mean(differences)
    half = stdtrit(n - 1, 0.975) * np.sqrt((1 / n + test_per_training) * np.var(differences, ddof=1))
    return float(mean - half), float(mean + half)


def conformal(ratios: NDArray[np.float64], level: float) -> tuple[float, float]:
    """The ends between which the next ratio falls with this probability, from float64[n] exchangeable with it.

    They are the ratios of rank ⌊(n + 1) α / 2⌋ and ⌈(n + 1)(1 − α / 2)⌉ of n (Lei et al. 2018, section 2.2), where
    α = 1 − level. Raises ValueError where n is too small for such ranks.
    """
    tail, n = (1 - level) / 2, len(ratios)
    # (n + 1) α / 2 may be a whole number that rounding misses by a hair: 20 × 0.05 comes out below 1.
    low, high = int(np.floor((n + 1) * tail + 1e-9)), int(np.ceil((n + 1) * (1 - tail) - 1e-9))
    if low < 1 or high > n:
        raise ValueError(f"{n} ratios are too few for an interval at {level}; take more rows or a lower level.")
    ordered = np.sort(ratios)
    return float(ordered[low - 1]), float(ordered[high - 1])
