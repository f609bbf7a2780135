"""The records of changes that flip a decision: version 1, frozen, JSON both ways. They know no search and no screen."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from inference.types import Decision, Prediction, Record, absent
from inference.units import listed

from .types import LabelMap, Where


@dataclass(frozen=True)
class Change(Record):
    """One part of an input as it is and as it would have to be; `where` places it as in a Feature.

    after: what would stand there, or what would become of the part. gone: whether it would not be there any more.
    """

    feature: str
    field: str
    label: str
    before: str
    after: str
    gone: bool = False
    where: Annotated[Where | None, absent] = None


@dataclass(frozen=True)
class Counterfactual(Record):
    """An input that differs in `changes` and about which something else is decided.

    outcome: what is decided then; decision: the same with its reason, where there is a rule. inputs: the changed fields
    as a program sends them, but for pictures and recordings. distance: the sum over the changes; 1 is the spread of a
    number, another category, or a part that is gone. evaluations: made before it was found. minimal: whether every
    smaller set of these changes was tried, and none is enough. fewest: whether all sets of fewer changes were tried,
    as far as there are options for them (explain/edits).
    row: number of the reference row, from 1, where it is a real one. label_map: where regions of a picture lie.
    """

    changes: tuple[Change, ...]
    prediction: Prediction
    outcome: str
    decision: Decision | None
    inputs: dict[str, Any]
    distance: float
    evaluations: int
    minimal: bool
    fewest: bool = False
    row: Annotated[int | None, absent] = None
    label_map: Annotated[LabelMap | None, absent] = None
    version: Literal[1] = 1


@dataclass(frozen=True)
class Counterfactuals(Record):
    """What was found: the fewest changes first, then the nearest; and the nearest real row with another decision.

    now: what is decided about the input as it is. wanted: what was asked for instead, or null for anything else.
    stays: labels of the fields that could not change. ended: whether the search was over before the evaluations
    `allowed` were spent.
    """

    now: str
    wanted: str | None
    found: tuple[Counterfactual, ...]
    nearest: Counterfactual | None
    stays: tuple[str, ...]
    evaluations: int
    allowed: int
    ended: bool
    seconds: float
    verdict: str
    version: Literal[1] = 1


def told(now: str, wanted: str, found: tuple[Counterfactual, ...], evaluations: int) -> str:
    """What was found, in a sentence or two."""
    if not found:
        goal = f"leads to “{clipped(wanted)}”" if wanted else f"leads away from “{clipped(now)}”"
        return f"No change was found that {goal}, within {evaluations:,} evaluations."
    first = found[0]
    count = len(first.changes)
    parts = listed([f"“{clipped(change.label)}”" for change in first.changes[:4]])
    more = f" and {count - 4} more" if count > 4 else ""
    sure = "Every set of fewer changes was tried." if first.fewest and count > 1 else ""
    enough = "One change is enough" if count == 1 else f"{count} changes together are enough"
    return f"{enough} for “{clipped(first.outcome)}” instead of “{clipped(now)}”: {parts}{more}. {sure}".strip()


def clipped(words: str, most: int = 60) -> str:
    """Words short enough for a sentence."""
    return words if len(words) <= most else f"{words[: most - 2].rstrip()}…"
