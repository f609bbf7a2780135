"""Whether a model's score of a text changes with who the text is about: terms swapped, all else the same.

Counterfactual token fairness (Garg et al. 2019, "Counterfactual fairness in text classification through robustness").
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Record
from . import weighted
from .bootstrap import Asked, measured
from .terms import Swap, swaps

MOST, SHOWN, SOME = 5_000, 10, 64
"""Texts at most; rows that are listed; texts asked at once."""

Ask = Callable[[Sequence[str]], NDArray[np.float64]]
"""The score of each text, float64[texts]."""


@dataclass(frozen=True)
class Shift(Record):
    """How the score moves from texts about the first to the same about the second, with its 95 % interval over rows.

    moved: the mean size of the move, whichever way it goes. flipped: rows that cross the threshold.
    """

    about: str
    first: str
    second: str
    rows: int
    shift: float
    interval: tuple[float, float] | None
    moved: float
    flipped: int


@dataclass(frozen=True)
class Moved(Record):
    """One text that moved much: its row's number, the text before and after, and both scores."""

    row: int
    about: str
    before: str
    after: str
    scores: tuple[float, float]


@dataclass(frozen=True)
class Identity(Record):
    """What swapping did, after `done` of `rows` texts. `held` have a term at all; those most moved come first."""

    rows: int
    done: int
    held: int
    shifts: tuple[Shift, ...]
    most: tuple[Moved, ...]


Pair = tuple[int, Swap, float, float]
"""A row's number, a swap in it, and the score before and after."""


def identity(
    ask: Ask, texts: Sequence[str], numbers: Sequence[int], threshold: float, seed: int = 0, clusters: Any = None
) -> Iterator[Identity]:
    """What swapping does to ever more texts. numbers: those of their rows; threshold: between the two decisions.

    clusters: [texts], of which whole ones are drawn; by default each row by itself, with all swaps in it.
    """
    belongs = dict(zip(numbers, numbers if clusters is None else np.asarray(clusters).tolist(), strict=True))
    order = np.sort(np.random.default_rng(seed).permutation(len(texts))[:MOST]).tolist()
    pairs: list[Pair] = []
    for start in range(0, len(order), SOME):
        some = order[start : start + SOME]
        found = [(i, swap) for i in some for swap in swaps(texts[i]) if swap.text != texts[i]]
        if found:
            scores = ask([texts[i] for i, _ in found] + [swap.text for _, swap in found]).tolist()
            both = zip(scores[: len(found)], scores[len(found) :], strict=True)
            pairs += [(numbers[i], swap, before, after) for (i, swap), (before, after) in zip(found, both, strict=True)]
        yield told(pairs, {numbers[i]: texts[i] for i in order}, start + len(some), threshold, belongs)
    if not order:
        yield Identity(0, 0, 0, (), ())


def told(pairs: list[Pair], texts: dict[int, str], done: int, threshold: float, belongs: Mapping[int, int]) -> Identity:
    """What is known after some texts. belongs: the cluster of each row."""
    kinds = sorted({(swap.about, *ends(swap)) for _, swap, _, _ in pairs}, key=lambda kind: kind[0] != "gender")
    shifts = [
        shift(kind, [pair for pair in pairs if (pair[1].about, *ends(pair[1])) == kind], threshold, belongs)
        for kind in kinds
    ]
    most = sorted(pairs, key=lambda pair: -abs(pair[3] - pair[2]))[:SHOWN]
    listed = (Moved(row, swap.about, texts[row], swap.text, (before, after)) for row, swap, before, after in most)
    return Identity(len(texts), done, len({row for row, *_ in pairs}), tuple(shifts), tuple(listed))


def ends(swap: Swap) -> tuple[str, str]:
    """What a swap goes between."""
    return swap.first, swap.second


def shift(kind: tuple[str, str, str], pairs: list[Pair], threshold: float, belongs: Mapping[int, int]) -> Shift:
    """The mean move from the first to the second."""
    moves = np.array([(after - before) * (1 if swap.forward else -1) for _, swap, before, after in pairs])
    asked = Asked("shift", float(moves.mean()), weighted.mean_of(moves))
    (measure,) = measured([asked], len(moves), clusters=[belongs[row] for row, *_ in pairs])
    flipped = sum((before >= threshold) != (after >= threshold) for _, _, before, after in pairs)
    interval = measure.interval if len({belongs[row] for row, *_ in pairs}) > 1 else None
    return Shift(*kind, len(pairs), float(moves.mean()), interval, float(np.abs(moves).mean()), flipped)
