"""Where people disagree with a model, and how what they ask changes over time. Knows no database and no page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..demo import Demo
from ..errors import InputError
from ..study import traits
from ..study.drift import FEWEST, Drifts, drifts
from ..study.losses import Losses
from ..study.search import Search, search
from ..study.slices import Slice, Slices, of_queries, queries_of
from ..study.traits import Trait
from ..types import Kind, Raw, Record
from .entry import Entry

MOST = {"image": 300, "audio": 100}
MOST_ROWS = 10_000
"""Answers whose inputs are read again, fewer of what takes longer."""
PERIODS = 6
"""Stretches of time that are held side by side, at most."""
WORST = 6
"""Slices that are told."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Answers with their checked inputs, the oldest first."""

    entries: tuple[Entry, ...]
    raws: tuple[Raw, ...]

    def at(self, places: Sequence[int]) -> "Asked":
        """Some of them."""
        return Asked(tuple(self.entries[i] for i in places), tuple(self.raws[i] for i in places))


@dataclass(frozen=True)
class Period(Record):
    """Inputs asked about from `first` to `last`, seconds since 1970, and how they are distributed beside others."""

    first: float
    last: float
    drifts: Drifts


def most(about: Demo) -> int:
    """How many answers' inputs are read again."""
    return min(MOST.get(field.kind, MOST_ROWS) for field in about.inputs)


def asked(about: Demo, entries: Sequence[Entry]) -> Asked:
    """The entries whose inputs are kept and still fit the model's form; `entries` come with the newest first."""
    found: list[tuple[Entry, Raw]] = []
    for each in reversed(entries[: most(about)]):
        try:
            if each.inputs is not None:
                found.append((each, about.parse(each.inputs)))
        except InputError:  # the form has changed since
            continue
    return Asked(tuple(entry for entry, _ in found), tuple(raw for _, raw in found))


def losses(kind: Kind, some: Asked, unit: str | None = None) -> Losses:
    """How far people disagree with each answer: wrong or not, and of amounts how far off. Raises InputError."""
    values = np.array([loss(kind, each) for each in some.entries], np.float64)
    if np.isfinite(values).sum() < 2:
        raise InputError("Slices compare marked answers whose inputs are kept; there are fewer than two.")
    return Losses(values, "mean distance", False, unit) if kind == "value" else Losses(values, "disagreement", True)


def loss(kind: Kind, entry: Entry) -> float:
    """NaN where nobody said how far off."""
    if entry.agreed is None or (kind == "value" and entry.truth is None):
        return float("nan")
    if kind == "value":
        return abs(float(entry.truth or 0) - float(entry.predicted or 0))
    return float(not entry.agreed)


def traits_of(about: Demo, some: Asked) -> list[Trait]:
    """What is known of each answer: of its input, what was predicted, what would be done."""
    words = [("prediction", "Prediction", [each.predicted for each in some.entries])]
    words += [("decision", "Decision", [each.decision for each in some.entries])]
    short = [each for each in words if max((len(value or "") for value in each[2]), default=0) <= traits.LONGEST]
    told = [Trait(name, label, "category", traits.texts(values), origin="answer") for name, label, values in short]
    numbers = any(each.prediction.kind == "value" for each in some.entries)
    return traits.together(traits.of_inputs(about.inputs, some.raws), told[1:] if numbers else told)


def worst(about: Demo, kind: Kind, some: Asked) -> tuple[Slices, Search | None]:
    """The slices by one trait that people disagree with most, and what a search over all finds, where rows suffice.

    Raises InputError where too few answers are marked.
    """
    lost, known = losses(kind, some, about.unit), traits_of(about, some)
    slices = of_queries([query for trait in known for query in queries_of(trait)], lost, known)
    order = sorted(slices.slices, key=urgency)
    found = tuple(each for each in order if each.rows and each.value)[:WORST]
    try:
        searched = search(known, lost)
    except InputError:  # too few for both halves
        searched = None
    return Slices(slices.of, slices.metric, slices.whole, found, slices.unit), searched


def urgency(each: Slice) -> tuple[bool, float]:
    """Those worse by more than chance explains first, then by the lower end of the interval."""
    return each.verdict != "worse", -(each.interval[0] if each.interval else 0.0)


def periods(about: Demo, some: Asked, known: Sequence[Raw], called: str) -> list[Period]:
    """Stretches of as many inputs each, in their order, beside the rows that the model knows; without any, beside the
    first stretch. Empty where the inputs are too few.
    """
    count = min(PERIODS, len(some.raws) // FEWEST)
    parts = [some.at(places.tolist()) for places in np.array_split(np.arange(len(some.raws)), count)] if count else []
    if len(known) < FEWEST:
        known, called, parts = (parts[0].raws, "the first ones asked", parts[1:]) if parts else ((), "", [])
    before = traits.of_inputs(about.inputs, known)
    return [
        Period(
            part.entries[0].time,
            part.entries[-1].time,
            drifts(before, traits.of_inputs(about.inputs, part.raws), called),
        )
        for part in parts
    ]
