"""The steps of a case that is changed again and again: where it began, and every change that was tried since."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from inference.types import Answer, Raw, Target

from ..changes import Change
from ..instead import words_of
from ..memory import Explained

MOST = 20
"""Steps that are kept: the first, and the latest."""
TOLD = 2
"""Changes that a step is named after."""


@dataclass
class Step:
    """An answered input: the values of its widgets, what was changed to come here, and what was said of it.

    key: a digest of the checked input.
    """

    values: Sequence[Any]
    key: bytes
    answer: Answer
    told: str = "Start"
    explained: dict[Target, Explained] = field(default_factory=dict)


class Trail:
    """The steps, and which of them is shown."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.at = 0
        self.first: Raw = {}
        """The checked input of the first step, and of the one that is shown."""
        self.raw: Raw = {}

    @property
    def present(self) -> Step:
        """The step that is shown."""
        return self.steps[self.at]

    def arrive(self, step: Step, raw: Raw) -> None:
        """Show a step; one that was shown before is gone back to."""
        known = [place for place, each in enumerate(self.steps) if each.key == step.key]
        if not self.steps:
            self.first = raw
        if known:
            self.at = known[-1]
            self.present.answer, self.present.values = step.answer, step.values
        else:
            self.steps.append(step)
            del self.steps[1 : 1 + max(0, len(self.steps) - MOST)]
            self.at = len(self.steps) - 1
        self.raw = raw

    def begin(self) -> None:
        """Forget all steps but the one that is shown, which is the start from now on."""
        self.steps, self.at, self.first = [self.present], 0, self.raw
        self.present.told = "Start"


def named(changes: Sequence[Change]) -> str:
    """What a step is called after what was changed."""
    words = [words_of(change) for change in changes[:TOLD]]
    more = f" and {len(changes) - TOLD} more" if len(changes) > TOLD else ""
    found = ", ".join(words) + more
    return f"{found[:1].upper()}{found[1:]}" or "No change"
