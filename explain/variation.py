"""The variants of a model, or another model, beside float32: what each costs, what it says, how far its reasons move.

Estimates have errors of their own: what float32 moves against itself with another seed is measured as well, and reasons
are said to have changed only where they move farther than that. This module holds records and judges them; varying.py
makes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from inference.study.agreement import Agreement, Quality
from inference.study.timing import Timing
from inference.types import Record, absent
from inference.units import percent

from .moved import Moved, Shift, beyond, shift

MATERIAL = {"rank": 0.05, "top3": 0.1, "distance": 0.1}
"""By how much more than float32 with another seed a variant must move, with its whole interval, for its reasons to have
changed: in rank correlation, in the share of the three strongest, in the relative size of the difference."""
LOSS, AGREES = 0.02, 0.95
"""What a variant may lose of accuracy, or add to the error, and what share of answers must stay where no truth is."""


@dataclass(frozen=True)
class Stage(Record):
    """What is under way, and how far it has come."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Variant(Record):
    """One row of the table.

    memory, disk: bytes of its weights. timing: one checked input, from preprocessing to the answer; beside: float32 in
    the same turns. per_second, beside_per_second: inputs a second in batches, likewise. moved: its reasons against
    float32's; beyond: how much farther than float32 with another seed. problem: why it could not be made, in words.
    """

    name: str
    about: str
    problem: Annotated[str | None, absent] = None
    memory: int = 0
    disk: int = 0
    timing: Annotated[Timing | None, absent] = None
    beside: Annotated[Timing | None, absent] = None
    per_second: float = 0
    beside_per_second: float = 0
    agreement: Annotated[Agreement | None, absent] = None
    quality: Annotated[Quality | None, absent] = None
    moved: Annotated[Shift | None, absent] = None
    beyond: Annotated[Shift | None, absent] = None
    keeps: bool = True
    changed: bool = False
    verdict: str = ""

    @property
    def flagged(self) -> bool:
        """Whether it answers as well as float32, for other reasons."""
        return self.keeps and self.changed


@dataclass(frozen=True)
class Variation(Record):
    """The variants of a model, float32 first. own: how far float32 moves against itself with another seed."""

    model: str
    inputs: int
    explained: int
    own: Shift
    rows: tuple[Variant, ...]
    version: Literal[1] = 1


@dataclass(frozen=True)
class Row(Record):
    """A row of a file by its number, of which two models say different things.

    said, decisions: of the first and the second; empty without a rule. scores: of what the first says, by both; null
    where the second has none for it. truth: as the file says, else empty.
    """

    number: int
    said: tuple[str, str]
    scores: tuple[float, float | None]
    decisions: tuple[str, str]
    truth: str = ""


@dataclass(frozen=True)
class Differing(Record):
    """Two models over a file: `found` holds the second against the first, `own` the first against another seed of its
    own, `count` rows differ, of which `listed` are shown, the farthest apart first.
    """

    first: str
    second: str
    rows: int
    explained: int
    own: Shift
    found: Variant
    count: int
    listed: tuple[Row, ...]
    version: Literal[1] = 1


def judged(row: Variant, pairs: Sequence[Moved], own: Sequence[Moved]) -> Variant:
    """A row with how far its reasons moved, and what that means. No pair: both explain by other parts, or targets."""
    row = replace(row, moved=shift(pairs), beyond=beyond(pairs, own)) if pairs else row
    row = replace(row, keeps=keeps(row), changed=changed(row.beyond))
    return replace(row, verdict=verdict(row, shift(own)))


def keeps(row: Variant) -> bool:
    """Whether a variant answers as well as float32: no worse by the test, and by at most LOSS; else agrees with it."""
    if quality := row.quality:
        allowed = LOSS * (1 if quality.measure == "accuracy" else quality.first)
        worse = quality.p is not None and quality.p < 0.05 and quality.gain.value < 0
        return quality.gain.value >= -allowed and not worse
    return row.agreement is None or row.agreement.same.value >= AGREES


def changed(
    found: Shift | None, measures: Sequence[str] = tuple(MATERIAL), material: Mapping[str, float] = MATERIAL
) -> bool:
    """Whether reasons moved farther than with another seed, by more than MATERIAL with the whole interval."""
    lows = {name: mean.low for name in measures for mean in [getattr(found, name)] if mean is not None}
    return any(low is not None and low > material[name] for name, low in lows.items())


def verdict(row: Variant, own: Shift) -> str:
    """What a row means, in a sentence."""
    answers = "Gives the same answers" if row.keeps else "Gives other answers"
    if row.quality:
        certain = row.quality.p < 0.05 if row.quality.p is not None else (row.quality.gain.high or 0) < 0
        answers = "Keeps its quality" if row.keeps else "Loses quality" if certain else "May lose quality"
    if row.moved is None or row.moved.distance is None:
        return f"{answers}."
    by, itself = percent(row.moved.distance.value), percent(own.distance.value if own.distance else 0)
    moved = f"moved by {by} of their size; the first’s own, with another seed, by {itself}"
    if not row.changed:
        stay = "move little" if changed(row.beyond, material=dict.fromkeys(MATERIAL, 0.0)) else "stay"
        return f"{answers}; its reasons {stay} ({moved})."
    told = f"rank correlation {row.moved.rank.value:.2f}, ".replace("-", "−") if row.moved.rank else ""
    joined = "but" if row.keeps else "and"
    what = "changes its reasons" if changed(row.beyond, ("rank", "top3")) else "weighs its reasons otherwise"
    return f"{answers}, {joined} {what} ({told}{moved})."
