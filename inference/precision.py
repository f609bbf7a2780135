"""Whether half the width is enough: which devices compute in bfloat16, and what it does to scores. Knows no model."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import chdtri

SAFE = 0.03
"""Largest rounding error, relative to the spread of the scores. With n players and N scores whose errors are
independent, the least-squares fit of an additive game moves by this share times √(n/N) of its length: 1.5 % at N = 4n,
where error bars begin. Where errors go along with the players it moves by this share. Of thirteen texts, whose scores
were rounded by 0.3 to 2.2 % of their spread, the explanations moved by 0.2 to 1.4 %."""
FEWEST = 8
"""Coalitions from which a spread is judged."""


def rounding(exact: NDArray[np.float64], reduced: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """What the error of scores float64[m, k] against exact ones may be, float64[k]; None where it is not safe.

    It is the root mean square, which holds both the deviation and the bias of the error, at the upper end of its 95 %
    confidence interval (of normal errors, by the χ² distribution): so few coalitions tell it only roughly. It is safe
    where there are at least `FEWEST` coalitions and the root mean square is at most `SAFE` of the standard deviation of
    the exact scores over them, in each of the k.
    """
    error: NDArray[np.float64] = np.sqrt(np.mean((reduced - exact) ** 2, axis=0))
    safe = len(exact) >= FEWEST and bool(np.all(error <= SAFE * exact.std(axis=0)))  # a NaN is not safe
    return error * math.sqrt(len(exact) / chdtri(len(exact), 0.95)) if safe else None


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has instructions for products of bfloat16: without them they cost more than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
