"""Sets of changes: what can be changed, what is asked about it, and what is found. Knows no field, model or order."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from inference.nearest import Verdict

Chosen = tuple[tuple[int, int], ...]
"""Places with the option of each, in the order of the places."""


class Options(Protocol):
    """What can be changed."""

    @property
    def counts(self) -> Sequence[int]:
        """Options of each place that are tried; further ones may be made on the way."""

    def distance(self, chosen: Chosen) -> float:
        """How far a set of changes goes."""

    def closer(self, place: int, option: int, share: float) -> int | None:
        """The option that goes only a share of the way; None where there is none."""


class Judge(Protocol):
    """What the model makes of sets of changes."""

    @property
    def left(self) -> int:
        """Evaluations that may still be spent."""

    def __call__(self, sets: Sequence[Chosen]) -> list[Verdict]:
        """One verdict each, of as many as are left."""


class Spent(Exception):
    """No evaluation is left."""


class Found(NamedTuple):
    """Changes that flip the decision. least: whether every smaller set of them was tried, and none is enough."""

    chosen: Chosen
    least: bool


def places_of(chosen: Chosen) -> tuple[int, ...]:
    """The places of a set."""
    return tuple(place for place, _ in chosen)


def swapped(chosen: Chosen, place: int, option: int) -> Chosen:
    """A set with another option of one of its places."""
    return tuple((each, option if each == place else k) for each, k in chosen)


def sizes(most: int) -> list[int]:
    """2, 3, 4, 6, 9, 13 … and last `most`: each half as much again."""
    found = [2]
    while found[-1] < most:
        found.append(min(most, max(found[-1] + 1, round(1.5 * found[-1]))))
    return found


def different(found: Sequence[Found]) -> list[Found]:
    """Sets in their order, but for those of which more than half is in one before them: these come last."""
    chosen: list[Found] = []
    for each in found:
        own = set(places_of(each.chosen))
        if all(2 * len(own & set(places_of(other.chosen))) <= len(own) for other in chosen):
            chosen.append(each)
    return chosen + [each for each in found if each not in chosen]
