"""Whether half the width is enough: which devices compute in bfloat16, and what it does to scores. Knows no model."""

import numpy as np
import torch
from numpy.typing import NDArray

SAFE = 0.03
"""Largest rounding error, relative to the spread of the scores. With n players and N scores whose errors are
independent, the least-squares fit of an additive game moves by this share times √(n/N) of its length: 1.5 % at N = 4n,
where error bars begin. Where errors go along with the players it moves by this share. Of thirteen texts, whose scores
were rounded by 0.3 to 2.2 % of their spread, the explanations moved by 0.2 to 1.4 %."""
FEWEST = 8
"""Coalitions from which a spread is judged."""


def rounding(exact: NDArray[np.float64], reduced: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Root mean square error of scores float64[m, k] against exact ones, float64[k]; None where it is not safe.

    It contains both the standard deviation and the bias of the error. It is safe where there are at least `FEWEST`
    coalitions and it is at most `SAFE` of the standard deviation of the exact scores over them, in each of the k.
    """
    error: NDArray[np.float64] = np.sqrt(np.mean((reduced - exact) ** 2, axis=0))
    safe = len(exact) >= FEWEST and bool(np.all(error <= SAFE * exact.std(axis=0)))  # a NaN is not safe
    return error if safe else None


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has instructions for products of bfloat16: without them they cost more than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
