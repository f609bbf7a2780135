"""The model asked about changed inputs, in batches and counted, and what it says held against a goal."""

from collections.abc import Sequence

from inference.accelerator import in_batches, patiently
from inference.errors import InputError
from inference.nearest import Verdict
from inference.task import Task
from inference.types import Prediction, Raw

from .edits import Edits
from .goals import Goal
from .sets import Chosen, Spent

RESERVED = 8
"""Evaluations kept back, to ask again about each of what was found, alone."""


class Asked:
    """What the model says of inputs, and of one input with sets of changes, as long as evaluations are left."""

    def __init__(self, task: Task, goal: Goal, allowed: int) -> None:
        self.task, self.goal, self.made = task, goal, 1
        self.reserved = min(RESERVED, (allowed - 1) // 4)
        self.left = allowed - 1 - self.reserved
        self.edits: Edits | None = None
        """What the sets that are asked about change; known a little later."""

    def predict(self, raws: Sequence[Raw]) -> list[Prediction | None]:
        """As many as are left; None for an input that the model refuses."""
        raws = raws[: self.left]
        self.left, self.made = self.left - len(raws), self.made + len(raws)
        try:
            batches = in_batches(lambda some: patiently(self.task.predict_some, some), raws, self.task.batch_size)
            return [prediction for some in batches for prediction in some]
        except InputError:
            return [self._alone(raw) for raw in raws]

    def sendable(self, raw: Raw | None) -> Raw | None:
        """An input that the task takes as a whole; else None."""
        try:
            if raw is not None:
                self.task.fits(raw)
            return raw
        except InputError:
            return None

    def again(self, raw: Raw) -> Prediction | None:
        """The prediction of one input by itself; None where it does not reach the goal, or nothing is left to ask."""
        if not self.reserved + self.left:
            return None
        self.made, fresh = self.made + 1, self.reserved > 0
        self.reserved, self.left = self.reserved - fresh, self.left - (not fresh)
        prediction = self._alone(raw)
        return prediction if prediction and self.goal.verdict(prediction).passes else None

    def _alone(self, raw: Raw) -> Prediction | None:
        try:
            found: list[Prediction] = patiently(self.task.predict_some, [raw])
        except InputError:
            return None
        return found[0]

    def judge(self, raws: Sequence[Raw]) -> list[Verdict]:
        """The verdicts on inputs. Raises Spent where not all of them can be asked."""
        found = self.predict(raws)
        if len(found) < len(raws):
            raise Spent
        return [self._verdict(prediction) for prediction in found]

    def __call__(self, sets: Sequence[Chosen]) -> list[Verdict]:
        """The verdicts on the input with each set of changes; what could not be sent costs nothing."""
        assert self.edits is not None  # set before anything is searched
        raws, room = [], self.left
        for chosen in sets:
            raw = self.sendable(self.edits.raw(chosen))
            if raw is not None and not room:
                break
            room -= raw is not None
            raws.append(raw)
        answers = iter(self.predict([raw for raw in raws if raw is not None]))
        return [self._verdict(None if raw is None else next(answers)) for raw in raws]

    def _verdict(self, prediction: Prediction | None) -> Verdict:
        return self.goal.verdict(prediction) if prediction else Verdict(False, float("inf"))
