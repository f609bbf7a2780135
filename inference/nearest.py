"""The smallest change of a row that changes what would be done about it, found through what would be usual instead.

Freed values take what is usual given those that stay, so that a change keeps the row in itself consistent. Nothing here
knows a model: it is asked what is usual and what it makes of a row.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .fields import NumberField
from .types import Raw

Freed = tuple[str, ...]
"""Names of the fields whose values may change."""
Part = TypeVar("Part")

TRIED = 130
"""Combinations of one size that are tried one and all, as are those of nine columns; of more, the best grow."""
KEPT = 12
"""Combinations that grow by a column each where there are too many."""
SHARES = np.linspace(1 / 8, 1, 8)
"""How far a change goes towards the usual values."""


class Verdict(NamedTuple):
    """Whether a row passes, and its score: the lower, the nearer it is to passing."""

    passes: bool
    score: float


def smallest(
    raw: Raw,
    fields: Sequence[Any],
    usual: Callable[[Sequence[Freed]], list[Raw]],
    judge: Callable[[Sequence[Raw]], list[Verdict]],
) -> Raw | None:
    """The row with the fewest values changed that passes, of those the one that passes most clearly; None if none does.

    fields: those that may change. usual: the row with the named values made usual, for each combination. judge: what
    the model makes of rows. Numbers then go only as far as they must.
    """
    best: list[Freed] = []
    for size in range(1, len(fields) + 1):
        tried = list(of_size(size, [field.name for field in fields], best))
        rows = usual(tried)
        verdicts = judge(rows)
        order = sorted(range(len(tried)), key=lambda i: (not verdicts[i].passes, verdicts[i].score))
        if verdicts[order[0]].passes:
            return shortened(raw, rows[order[0]], fields, judge)
        best = [tried[i] for i in order[:KEPT]]
    return None


def of_size(
    size: int, parts: Sequence[Part], best: Sequence[tuple[Part, ...]], tried: int = TRIED
) -> Iterator[tuple[Part, ...]]:
    """All combinations of so many parts, or, where these are more than `tried`, the best of one less with one more."""
    if comb(len(parts), size) <= tried or not best:
        yield from combinations(parts, size)
        return
    place = {part: i for i, part in enumerate(parts)}
    grown = {
        tuple(sorted((*freed, part), key=place.__getitem__)) for freed in best for part in parts if part not in freed
    }
    yield from sorted(grown, key=lambda freed: [place[part] for part in freed])


def shortened(raw: Raw, changed: Raw, fields: Sequence[Any], judge: Callable[[Sequence[Raw]], list[Verdict]]) -> Raw:
    """The row on the way to a changed one that goes least far and passes; categories go all the way."""
    way = [{**changed, **between(raw, changed, fields, share)} for share in SHARES[:-1]]
    passing = [row for row, verdict in zip(way, judge(way), strict=True) if verdict.passes]
    return passing[0] if passing else changed


def between(raw: Raw, changed: Raw, fields: Sequence[Any], share: float) -> Raw:
    """The numbers that change, a share of the way."""
    numbers = [field for field in fields if isinstance(field, NumberField) and changed[field.name] != raw[field.name]]
    return {f.name: tidy(f, raw[f.name] + share * (changed[f.name] - raw[f.name])) for f in numbers}


def tidy(field: NumberField, value: float) -> float:
    """A value that could be entered: on a step of its field and within its limits."""
    if field.step:
        decimals = max(0, -int(np.floor(np.log10(field.step))))
        value = round(round(value / field.step) * field.step, decimals + 1)
    return float(np.clip(value, *field.limits)) if field.limits else float(value)
