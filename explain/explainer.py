"""From a task, an input and a target to a stream of Explanations. Knows no kind of task."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from inference.errors import InputError
from inference.fields import shown
from inference.runtime import in_background
from inference.task import Task
from inference.types import Raw, Target, from_json

from .estimators import STEP, Coalitions, Estimate, Floats, Game, estimate
from .players import Players
from .types import Explanation

MAX_EVALUATIONS = 16_384


def explain(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
) -> Explanation:
    """The last Explanation of `explain_stream`. Raises InputError."""
    *_, last = explain_stream(task, inputs, target, evaluations, seconds, seed)
    return last


def explain_stream(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    second_baseline: bool = False,
) -> Iterator[Explanation]:
    """Why `task` gives `target` its score for `inputs`, ever more precisely.

    target: a Target or its JSON; by default the prediction's first item, or the text as predicted.
    evaluations: at most so many distinct coalitions are scored; `budget(n)` by default.
    seconds: no new batch starts after them, once there is an estimate. They choose where the stream stops, never what
    it says on the way: that follows from the number of evaluations and the seed.
    second_baseline: hide by another means, as far as the kind of input knows one.
    Closing the stream ends the work at the next batch. Raises InputError.
    """
    limits(evaluations, seconds)
    raw = task.parse(inputs)
    chosen = parse_target(task, raw, target)
    players, game = scorer(task, raw, chosen, second_baseline)
    n = len(players)
    start = time.perf_counter()
    for found in estimate(game, n, evaluations or budget(n), seed, task.additive, min(STEP, 2 * task.batch_size)):
        passed = time.perf_counter() - start
        yield record(task, players, chosen, found, passed, seed)
        if seconds is not None and passed >= seconds:
            return


def scorer(task: Task, raw: Raw, target: Target, second_baseline: bool = False) -> tuple[Players, Game]:
    """The players of an input, and the game they play: v(coalitions bool[m, n]) → float64[m, 1], the target's score."""
    stand_in = ""
    if any(field.kind == "text" for field in task.demo.fields):
        stand_in = task.stand_in
    players = Players(task.demo.inputs, task.readable(raw), task.background, stand_in, second_baseline)

    def game(coalitions: Coalitions) -> Floats:
        weighted = [list(players.inputs(kept)) for kept in coalitions]
        token = in_background.set(True)
        try:
            scores = task.scores([each for group in weighted for _, each in group], target)
        finally:
            in_background.reset(token)
        ends = np.cumsum([len(group) for group in weighted])
        weights = np.array([weight for group in weighted for weight, _ in group])
        return np.add.reduceat(scores * weights, np.concatenate([[0], ends[:-1]]))[:, None]

    return players, game


def parse_target(task: Task, raw: Raw, target: Any) -> Target:
    """A Target from itself, from JSON, or from what the task predicts. Raises InputError."""
    if target is None:
        return task.target(task.read(task.forward(task.encode([raw])), [raw])[0])
    try:
        parsed: Target = from_json(Target, {"item": target} if isinstance(target, str) else target, "target")
    except InputError:
        raise InputError(
            "target must be an item's id, {'item': id}, {'text': …, 'token': n or null} or "
            f"{{'contrast': [target, target]}}, got {shown(target)}."
        ) from None
    return parsed


def budget(n: int) -> int:
    """Evaluations spent on n players unless told otherwise: all coalitions up to 9 players, else 16 a player."""
    return 2**n if n <= 9 else min(16 * n, 512)


def limits(evaluations: Any, seconds: Any) -> None:
    """Check what a visitor may ask for. Raises InputError."""
    whole = isinstance(evaluations, int) and not isinstance(evaluations, bool)
    if evaluations is not None and not (whole and 2 <= evaluations <= MAX_EVALUATIONS):
        raise InputError(f"evaluations must be a whole number from 2 to {MAX_EVALUATIONS:,}, got {shown(evaluations)}.")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if seconds is not None and not (number and 0 < seconds <= 3600):
        raise InputError(f"seconds must be a number above 0 and at most 3,600, got {shown(seconds)}.")


def record(task: Task, players: Players, target: Target, found: Estimate, seconds: float, seed: int) -> Explanation:
    """One estimate as an Explanation of the first output."""
    return Explanation(
        target=target,
        output=task.name_of(target),
        features=players.features,
        values=tuple(found.values[:, 0].tolist()),
        stderr=None if found.stderr is None else tuple(found.stderr[:, 0].tolist()),
        base=float(found.base[0]),
        score=float(found.score[0]),
        scale=task.scale,
        unit=task.demo.unit,
        baseline=players.baseline,
        estimand="Shapley",
        method=found.method,
        evaluations=found.evaluations,
        seconds=round(seconds, 4),
        dtype=task.dtype,
        seed=seed,
        residual=float(found.residual[0]),
        label_map=players.label_map,
    )
