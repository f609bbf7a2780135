"""The smallest changes of an input that flip what is decided about it, each checked by the model. It knows no task.

The changes are those of explain/edits, tried in the order of explain/search; the nearest real row with another decision
stands beside them. A stream: how far it has come, each change as it is found, and all of them last.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from inference.device import on_device
from inference.errors import InputError
from inference.fields import shown
from inference.nearest import smallest
from inference.task import Task
from inference.types import Prediction, Raw, Record

from .asked import MAX_EVALUATIONS
from .asking import Asked
from .changes import Counterfactual, Counterfactuals, told
from .edits import Edits, Known, strengths
from .goals import Goal, goal_of
from .memory import Memory
from .neighbours import Neighbours
from .search import Search
from .sets import Found, Spent
from .types import Progress
from .vocabulary import likely_words

SETS, MOST = 3, 10
"""Sets of changes that are looked for unless told otherwise, and at most."""
FEW, MANY, WRITTEN = 512, 8192, 64
"""Evaluations that are allowed unless told otherwise: of texts and pictures, of rows, and where each writes a text."""
STEP = 256
"""Evaluations between two looks at whether anybody still waits, at most."""
DONORS = 3
"""Real rows with the other decision whose values are taken over, to see which of them are needed."""


def counterfactuals(task: Task, inputs: Any, **options: Any) -> Counterfactuals:
    """The last of `counterfactual_stream`. Raises InputError."""
    *_, last = counterfactual_stream(task, inputs, **options)
    assert isinstance(last, Counterfactuals)  # the stream's last part, by its own contract
    return last


@on_device
def counterfactual_stream(
    task: Task,
    inputs: Any,
    to: Any = None,
    past: Any = None,
    fixed: Any = (),
    count: Any = None,
    evaluations: Any = None,
    memory: Memory | None = None,
) -> Iterator[Record]:
    """Progress again and again, each Counterfactual as it is found, and Counterfactuals last.

    to: the action, label or words to lead to, by default anything other than now. past: a score to get past instead,
    of the item `to` or the first. fixed: names of fields that must stay besides those that cannot change by nature.
    count: sets of changes that are looked for. evaluations: predictions that may be made. memory: of whoever asks more
    than once; where it has an explanation, its values are the order of the search. Nothing here is random. Closing the
    stream ends the work at the next batch. Raises InputError.
    """
    start = time.perf_counter()
    allowed = whole("evaluations", evaluations, 2, MAX_EVALUATIONS, usual(task))
    wanted = whole("count", count, 1, MOST, SETS)
    raw, stay = task.parse(inputs), names_of(task, fixed)
    prediction = task.predict_some([raw])[0]
    case = Case(task, raw, prediction, goal_of(task, prediction, to, past), allowed, stay)
    yield from case.run(wanted, memory)
    yield case.account(wanted, round(time.perf_counter() - start, 4))


class Case:
    """One input whose decision is to be flipped, and what is known of it so far."""

    def __init__(
        self, task: Task, raw: Raw, prediction: Prediction, goal: Goal, allowed: int, fixed: Sequence[str]
    ) -> None:
        """fixed: names of fields that must stay besides those that cannot change by nature."""
        self.task, self.raw, self.prediction, self.goal, self.allowed = task, raw, prediction, goal, allowed
        self.fixed = fixed
        self.asked = Asked(task, goal, allowed)
        self.neighbours = Neighbours(task.demo.inputs, raw, task.background)
        self.nearest: Counterfactual | None = None
        self.donors: list[Raw] = []
        self.search: Search | None = None
        self.checked: dict[Found, Counterfactual] = {}

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(self.asked.made, self.allowed)

    def run(self, count: int, memory: Memory | None) -> Iterator[Record]:
        """All that is to be asked, as far as the evaluations go."""
        yield self.progress
        try:
            yield from self.rows()
            words = likely_words(self.task, self.raw, self.asked)
            yield self.progress
            held = self.goal.held(self.prediction, self.raw)
            readable, stand_in = self.task.readable(self.raw), hider(self.task)
            known = Known(self.task.background, self.prediction, readable, stand_in, words)
            self.asked.edits = edits = Edits(self.task.demo, self.raw, known, self.fixed, held)
            starts = [edits.toward(row) for row in [*self.usual(edits), *self.donors]]
            step = min(STEP, 2 * self.task.batch_size)
            self.search = Search(edits, self.asked, count, step, self.order(edits, memory), starts)
        except Spent:
            return
        for found in self.search.run():
            new = found and self.check(found, edits)
            yield new or self.progress

    def rows(self) -> Iterator[Record]:
        """The nearest reference row that reaches the goal; it and the next ones are kept as donors."""
        order = self.neighbours.order[: self.asked.left // 2]
        for start in range(0, len(order), STEP):
            places = order[start : start + STEP]
            rows = [self.neighbours.rows[i] for i in places]
            for i, row, prediction in zip(places, rows, self.asked.predict(rows), strict=False):
                if prediction and self.goal.verdict(prediction).passes and len(self.donors) < DONORS:
                    self.donors.append(row)
                    self.nearest = self.nearest or self.real(i, row, prediction)
            yield self.progress
            if len(self.donors) == DONORS:
                return

    def real(self, place: int, row: Raw, prediction: Prediction) -> Counterfactual:
        """A reference row as a counterfactual."""
        changes = self.neighbours.changes(row)
        sent = {
            change.field: None if row[change.field] != row[change.field] else row[change.field] for change in changes
        }
        distance = self.neighbours.distances[place]
        return self.written(prediction, changes=changes, inputs=sent, distance=distance, minimal=False, row=place + 1)

    def usual(self, edits: Edits) -> list[Raw]:
        """The row with the fewest values made usual that passes, where the model knows what is usual."""
        free = [field for field in self.neighbours.fields if field.name in edits.fields]
        if not free or self.task.usual(self.raw, [(free[0].name,)]) is None:
            return []
        found = smallest(self.raw, free, lambda some: self.task.usual(self.raw, some) or [], self.asked.judge)
        return [found] if found else []

    def order(self, edits: Edits, memory: Memory | None) -> list[float] | None:
        """What each place is worth by an explanation that is known already, of the score that has to move."""
        target, way = self.goal.pulled(self.prediction)
        first = self.task.target(self.prediction)
        asked = [(target, way)] + (
            [(first, -way)] if self.task.scale == "probability" else []
        )  # one rises, another falls
        for about, pull in asked:
            known = memory.explained(self.task, self.raw, about) if memory and about else None
            if known:
                return strengths([edits.feature(place) for place in range(len(edits))], known.explanation, pull)
        return None

    def check(self, found: Found, edits: Edits) -> Counterfactual | None:
        """What was found, asked again by itself; None where that does not reach the goal."""
        raw = edits.raw(found.chosen)
        prediction = self.asked.again(raw) if raw is not None else None
        if raw is None or prediction is None:
            return None
        self.checked[found] = self.written(
            prediction,
            changes=tuple(edits.change(place, option) for place, option in found.chosen),
            inputs=edits.sent(raw),
            distance=edits.distance(found.chosen),
            minimal=found.least,
            label_map=edits.label_map(found.chosen),
        )
        return self.checked[found]

    def written(self, prediction: Prediction, **about: Any) -> Counterfactual:
        """The record of an input about which something else is decided."""
        rule, outcome = self.task.demo.decision, self.goal.outcome(prediction)
        decision = rule.decide(prediction) if rule and prediction.items else None
        made = self.asked.made
        return Counterfactual(prediction=prediction, outcome=outcome, decision=decision, evaluations=made, **about)

    def account(self, count: int, seconds: float) -> Counterfactuals:
        """What was found in all, `count` sets at most."""
        best = [each for each in self.search.best_found() if each in self.checked] if self.search else []
        tried = self.search.tried if self.search else 0
        found = tuple(replace(self.checked[e], fewest=len(e.chosen) <= tried + 1) for e in best[:count])
        verdict = told(self.goal.now, self.goal.wanted, found, self.asked.made)
        return Counterfactuals(
            now=self.goal.now,
            wanted=self.goal.wanted or None,
            found=found,
            nearest=self.nearest,
            stays=tuple(
                field.label for field in self.neighbours.fields if field.name in self.fixed or not field.mutable
            ),
            evaluations=self.asked.made,
            allowed=self.allowed,
            ended=self.asked.left > 0,
            seconds=seconds,
            verdict=verdict,
        )


def usual(task: Task) -> int:
    """Evaluations that are allowed unless told otherwise."""
    return WRITTEN if not task.one_pass or task.kind == "text" else MANY if task.batch_size >= STEP else FEW


def hider(task: Task) -> str:
    """What hides a token, where there are texts."""
    return task.stand_in if any(field.kind in ("text", "messages") for field in task.demo.inputs) else ""


def whole(name: str, value: Any, least: int, most: int, otherwise: int) -> int:
    """A whole number between two, or `otherwise` where nothing is said. Raises InputError."""
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(f"{name} must be a whole number from {least} to {most:,}, got {shown(value)}.")
    return value


def names_of(task: Task, fixed: Any) -> tuple[str, ...]:
    """The names of input fields. Raises InputError."""
    known = [field.name for field in task.demo.inputs if field.role == "input"]
    if not isinstance(fixed, list | tuple):
        raise InputError(f"fixed must be a list of names of fields, got {shown(fixed)}.")
    for name in fixed:
        if name not in known:
            raise InputError.among("field to stay as it is", name, known)
    return tuple(fixed)
