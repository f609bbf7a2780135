"""From a task, an input and a target to a stream of Explanations. Knows no kind of task."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from inference.device import on_device
from inference.task import Task
from inference.types import Raw, Target

from .asked import limits, parse_target
from .estimators import estimate
from .games import STEP, Memo
from .hierarchy import ADDED, Level, grouped, sharpen
from .memory import Explained, Memory
from .players import Players
from .players.field import singles
from .scoring import Play, scorer, trees_of
from .stopping import enough
from .types import Explanation, Feature, LabelMap, Partition

FIRST = 16
"""Evaluations before the first guess, which is to come at once; fewer than any error can be told from."""


def explain(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    method: str = "auto",
    memory: Memory | None = None,
) -> Explanation:
    """The last Explanation of `explain_stream`. Raises InputError."""
    *_, last = explain_stream(task, inputs, target, evaluations, seconds, seed, method, memory)
    return last


def explain_stream(
    task: Task,
    inputs: Any,
    target: Any = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    method: str = "auto",
    memory: Memory | None = None,
) -> Iterator[Explanation]:
    """Why `task` gives `target` its score for `inputs`, ever more precisely.

    target: a Target or its JSON; by default the prediction's first item, or the text as predicted.
    evaluations: at most so many distinct coalitions are scored. By default `budget(n)` at most, and fewer where the
    strongest reasons are settled before.
    seconds: no new batch starts after them, once there is an estimate. They choose where the stream stops, never what
    it says on the way: that follows from the number of evaluations and the seed.
    method: one of explain.estimators.METHODS.
    memory: of whoever asks more than once; what it knows is not scored again.
    Closing the stream ends the work at the next batch. Raises InputError.
    """
    limits(evaluations, seconds, method)
    raw = task.parse(inputs)
    asked = [parse_target(task, raw, target)]
    for found, *_ in explain_all(task, raw, asked, evaluations, seconds, seed, method, memory):
        yield found


def explain_all(
    task: Task,
    raw: Raw,
    targets: Sequence[Target],
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    method: str = "auto",
    memory: Memory | None = None,
    apart: bool = False,
) -> Iterator[tuple[Explanation, ...]]:
    """`explain_stream` for several targets of a checked input at once, all from the same evaluations.

    apart: each column is a player of its own, though others go with it.
    """
    memory = memory or Memory()
    memory.begin(task, raw, evaluations)
    asked = task, raw, targets, evaluations, seconds, seed, method, memory, apart
    with closing(sharpened(*asked)) as levels:  # type: ignore[type-var]  # a generator
        for found, players in levels:
            for explanation in found:
                memory.keep(explanation, players)
            yield found


@on_device
def sharpened(
    task: Task,
    raw: Raw,
    targets: Sequence[Target],
    evaluations: int | None,
    seconds: float | None,
    seed: int,
    method: str,
    memory: Memory,
    apart: bool,
) -> Iterator[tuple[tuple[Explanation, ...], Partition]]:
    """`explain_all`, each part with its players: memory of whoever asks is kept here only as far as games go."""
    start = time.perf_counter()
    play = memory.play(task, raw, targets, evaluations)
    allowed = evaluations or allowance(play.players)
    writing = Account(task, play, allowed, seed, start)
    options: dict[str, Any] = {"method": method, "additive": task.additive, "noise": play.noise}
    closed = trees_of(task, play.players, targets)
    groups = play.players.columns_apart if apart else play.players.groups
    if closed and method == "auto" and len(groups) < len(play.players):  # no groups where every column is known
        closed = closed if closed(Memo(play.game)) else None
        groups = singles(len(play.players)) if closed else groups
    options |= {"step": step(play), "first": FIRST, "closed": closed}
    if method not in ("auto", "anytime"):
        options["levels"] = 1  # a reference is of the players as they are
    before: Level | None = None
    for level in sharpen(play.game, groups, allowed, seed, **options):
        found = tuple(writing.of(target, i, level) for i, target in enumerate(targets))
        yield found, level.players
        if seconds is not None and found[0].seconds >= seconds:
            return
        if evaluations is None and 2 ** len(level.players) > allowed and done(level, before):
            return
        before = level


def done(level: Level, before: Level | None) -> bool:
    """Whether nothing that matters would change any more."""
    same = before is not None and before.players == level.players
    return not level.finer and same and enough(level.estimate, before.estimate if before else None)


def explain_otherwise(task: Task, raw: Raw, known: Explained, seed: int = 0) -> Iterator[Explanation]:
    """The same players explained anew, hidden by other means, as far as there are any."""
    target, n = known.explanation.target, len(known.players)
    start = time.perf_counter()
    play = scorer(task, raw, [target], second_baseline=True)
    writing, game = Account(task, play, budget(n), seed, start), grouped(play.game, known.players)
    for found in estimate(game, n, budget(n), seed, additive=task.additive, noise=play.noise, step=step(play)):
        yield writing.of(target, 0, Level(known.players, found, False))


def explain_alike(
    task: Task, raw: Raw, target: Target, players: Partition, seed: int = 0, evaluations: int | None = None
) -> Iterator[Explanation]:
    """The same players of an input explained for another model, or with another seed, by as many evaluations.

    players: of an explanation of this input. Nothing comes where the model splits the input into other parts.
    """
    start, allowed = time.perf_counter(), evaluations or budget(len(players))
    play = scorer(task, raw, [target])
    if sum(map(len, players)) != len(play.players):
        return
    writing, game = Account(task, play, allowed, seed, start), grouped(play.game, players)
    for found in estimate(game, len(players), allowed, seed, additive=task.additive, noise=play.noise, step=step(play)):
        yield writing.of(target, 0, Level(players, found, False))


def budget(n: int) -> int:
    """Evaluations spent on n players unless told otherwise: all coalitions up to 9 players, else 16 a player."""
    return 2**n if n <= 9 else min(16 * n, 512)


def allowance(players: Players) -> int:
    """Evaluations spent on an input unless told otherwise: its budget, and one for what its groups fall into."""
    n, atoms = len(players.groups), len(players)
    return budget(n) if n == atoms else budget(n) + budget(min(atoms, n + ADDED))


def step(play: Play) -> int:
    """Evaluations between two estimates."""
    return min(STEP, 2 * play.batch_size)


class Account:
    """Writes the estimates of one input down as Explanations."""

    def __init__(self, task: Task, play: Play, allowed: int, seed: int, start: float) -> None:
        """start: when the work began, by time.perf_counter."""
        self.task, self.play, self.allowed, self.seed, self.start = task, play, allowed, seed, start
        self._players: Partition = ()
        self._features: tuple[Feature, ...] = ()
        self._label_map: LabelMap | None = None

    def of(self, target: Target, output: int, level: Level) -> Explanation:
        """One output of an estimate."""
        players, found = self.play.players, level.estimate
        if level.players != self._players:
            self._players, self._features = level.players, players.level(level.players)
            self._label_map = players.label_map(level.players)
        return Explanation(
            target=target,
            output=self.task.called(target, players.raw),
            features=self._features,
            values=tuple(found.values[:, output].tolist()),
            stderr=None if found.stderr is None else tuple(found.stderr[:, output].tolist()),
            base=float(found.base[output]),
            score=float(found.score[output]),
            scale=self.task.scale,
            unit=self.task.demo.unit,
            baseline=players.baseline,
            estimand=found.estimand,
            method=found.method,
            evaluations=found.evaluations,
            seconds=round(time.perf_counter() - self.start, 4),
            dtype=self.play.dtype,
            seed=self.seed,
            residual=float(found.residual[output]),
            label_map=self._label_map,
            allowed=self.allowed,
            reason=found.reason,
            excluded=found.excluded,
        )
