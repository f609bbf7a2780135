"""From a task, an input and a target to a stream of Explanations. Knows no kind of task."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from inference.errors import InputError
from inference.fields import shown
from inference.task import Task
from inference.types import Raw, Target, from_json

from .estimators import STEP, Estimate, estimate
from .hierarchy import ADDED, grouped, sharpen
from .memory import Explained, Memory
from .players import Players
from .scoring import scorer
from .types import Explanation, Feature, LabelMap

MAX_EVALUATIONS = 16_384


def explain(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    memory: Memory | None = None,
) -> Explanation:
    """The last Explanation of `explain_stream`. Raises InputError."""
    *_, last = explain_stream(task, inputs, target, evaluations, seconds, seed, memory)
    return last


def explain_stream(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    memory: Memory | None = None,
) -> Iterator[Explanation]:
    """Why `task` gives `target` its score for `inputs`, ever more precisely.

    target: a Target or its JSON; by default the prediction's first item, or the text as predicted.
    evaluations: at most so many distinct coalitions are scored; `budget(n)` by default.
    seconds: no new batch starts after them, once there is an estimate. They choose where the stream stops, never what
    it says on the way: that follows from the number of evaluations and the seed.
    memory: of whoever asks more than once; what it knows is not scored again.
    Closing the stream ends the work at the next batch. Raises InputError.
    """
    limits(evaluations, seconds)
    raw = task.parse(inputs)
    asked = [parse_target(task, raw, target)]
    for found, *_ in explain_all(task, raw, asked, evaluations, seconds, seed, memory):
        yield found


def explain_all(
    task: Task,
    raw: Raw,
    targets: Sequence[Target],
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    memory: Memory | None = None,
) -> Iterator[tuple[Explanation, ...]]:
    """`explain_stream` for several targets of a checked input at once, all from the same evaluations."""
    memory = memory or Memory()
    start, now = time.perf_counter(), None
    players, game = memory.play(task, raw, targets, evaluations)
    allowed = evaluations or allowance(players)
    for level in sharpen(game, players.groups, allowed, seed, task.additive, min(STEP, 2 * task.batch_size)):
        passed = time.perf_counter() - start
        if level.players != now:
            now, features, label_map = level.players, players.level(level.players), players.label_map(level.players)
        each = enumerate(targets)
        found = tuple(record(task, players, t, level.estimate, i, passed, seed, features, label_map) for i, t in each)
        for explanation in found:
            memory.keep(explanation, now)
        yield found
        if seconds is not None and passed >= seconds:
            return


def explain_otherwise(task: Task, raw: Raw, known: Explained, seed: int = 0) -> Iterator[Explanation]:
    """The same players explained anew, hidden by other means, as far as there are any."""
    target = known.explanation.target
    players, game = scorer(task, raw, [target], second_baseline=True)
    start, n = time.perf_counter(), len(known.players)
    features, label_map = players.level(known.players), players.label_map(known.players)
    for found in estimate(grouped(game, known.players), n, budget(n), seed, additive=task.additive):
        passed = time.perf_counter() - start
        yield record(task, players, target, found, 0, passed, seed, features, label_map)


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


def allowance(players: Players) -> int:
    """Evaluations spent on an input unless told otherwise: its budget, and one for what its groups fall into."""
    n, atoms = len(players.groups), len(players)
    return budget(n) if n == atoms else budget(n) + budget(min(atoms, n + ADDED))


def limits(evaluations: Any, seconds: Any) -> None:
    """Check what a visitor may ask for. Raises InputError."""
    whole = isinstance(evaluations, int) and not isinstance(evaluations, bool)
    if evaluations is not None and not (whole and 2 <= evaluations <= MAX_EVALUATIONS):
        raise InputError(f"evaluations must be a whole number from 2 to {MAX_EVALUATIONS:,}, got {shown(evaluations)}.")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if seconds is not None and not (number and 0 < seconds <= 3600):
        raise InputError(f"seconds must be a number above 0 and at most 3,600, got {shown(seconds)}.")


def record(
    task: Task,
    players: Players,
    target: Target,
    found: Estimate,
    output: int,
    seconds: float,
    seed: int,
    features: tuple[Feature, ...],
    label_map: LabelMap | None,
) -> Explanation:
    """One output of an estimate as an Explanation."""
    return Explanation(
        target=target,
        output=task.name_of(target),
        features=features,
        values=tuple(found.values[:, output].tolist()),
        stderr=None if found.stderr is None else tuple(found.stderr[:, output].tolist()),
        base=float(found.base[output]),
        score=float(found.score[output]),
        scale=task.scale,
        unit=task.demo.unit,
        baseline=players.baseline,
        estimand="Shapley",
        method=found.method,
        evaluations=found.evaluations,
        seconds=round(seconds, 4),
        dtype=task.dtype,
        seed=seed,
        residual=float(found.residual[output]),
        label_map=label_map,
    )
