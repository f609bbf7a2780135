"""What targets are made of: a contrast is a difference of scores, of which each is asked once. Knows no task."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .types import Contrast, Target


def apart(targets: Sequence[Target]) -> tuple[list[Target], NDArray[np.float64]]:
    """The simple targets that `targets` are made of, and what each adds, float64[simple, targets] of −1, 0, 1 …"""
    sums = [summands(target) for target in targets]
    simple = list(dict.fromkeys(each for summed in sums for each in summed))
    return simple, np.array([[summed[each] for summed in sums] for each in simple], np.float64)


def summands(target: Target) -> Counter[Target]:
    """How often a target's score counts each simple one; negative where it is subtracted."""
    if not isinstance(target, Contrast):
        return Counter({target: 1})
    first, second = map(summands, target.contrast)
    first.subtract(second)
    return first
