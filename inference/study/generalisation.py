"""Whether a model does as well on held-out rows as on those it was trained on, in words."""

from dataclasses import dataclass
from typing import Annotated, Literal

from ..types import Record, absent
from ..units import decimals, quantity
from .metrics import Measure, Metrics

LOST = 0.5
"""Of what the model gains on its naive rival in training, the share lost on held-out rows that is too much."""


@dataclass(frozen=True)
class Gap(Record):
    """One measure on training and on held-out rows; `verdict` says whether they differ by more than chance explains."""

    name: str
    train: float
    held_out: float
    verdict: Literal["same", "worse", "better"]
    words: str
    label: Annotated[str | None, absent] = None


def gaps(train: Metrics, held_out: Metrics) -> tuple[Gap, ...]:
    """Every measure that both have. Two independent sets of rows differ where their difference lies outside of what
    their intervals together allow, √(a² + b²) of the half widths."""
    pairs = ((held_out.named(each.name, each.label), each) for each in train.measures)
    found = (gap(mine, theirs) for mine, theirs in pairs if mine is not None)
    return tuple(each for each in found if each is not None)


def gap(held: Measure, train: Measure) -> Gap | None:
    """The two values of one measure; None where either is undefined."""
    if held.value is None or train.value is None:
        return None
    difference = held.value - train.value
    room = (half(held) ** 2 + half(train) ** 2) ** 0.5
    improved = (difference > 0) == (held.better == "higher")
    verdict: Literal["same", "worse", "better"] = (
        "same" if abs(difference) <= room else "better" if improved else "worse"
    )
    return Gap(train.name, train.value, held.value, verdict, words(held, train, verdict), train.label)


def half(measure: Measure) -> float:
    """Half the width of an interval; 0 where there is none."""
    return (measure.interval[1] - measure.interval[0]) / 2 if measure.interval else 0.0


def words(held: Measure, train: Measure, verdict: str) -> str:
    """The gap in a sentence: what it is, and what it means."""
    assert held.value is not None and train.value is not None  # by `gap`
    places = decimals(max(abs(held.value), abs(train.value)))
    own, theirs = (quantity(each, held.unit, places) for each in (held.value, train.value))
    label = f" of “{held.label}”" if held.label else ""
    told = f"{held.name}{label}: {theirs} on the training rows, {own} on held-out rows"
    if verdict == "same":
        return f"{told}; no more than chance explains."
    away = quantity(abs(held.value - train.value), held.unit, places)
    return f"{told}, {away} {verdict}{reading(held, train) if verdict == 'worse' else ''}."


def reading(held: Measure, train: Measure) -> str:
    """What a worse value means, from how much of the gain on the naive rival is left."""
    if None in (held.baseline, train.baseline):
        return ""
    gained, kept = (abs(each.value - each.baseline) for each in (train, held))  # type: ignore[operator]  # none is None
    return ": it knows its training rows better than new ones" if gained and kept < LOST * gained else ""
