"""The game that a model plays: which parts of an input are seen, and what it scores for it. Knows no kind of task.

A coalition goes in by the users' door, as an input of its own, or, where the task can do it, as a row of tensors made
from the input encoded once; a test holds the two together.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from math import nan
from typing import Literal, NamedTuple

import numpy as np

from inference.accelerator import patiently
from inference.errors import OutOfMemory
from inference.explainable import Forward
from inference.fields import CategoryField, Field
from inference.joining import joined
from inference.masks import Kept, Variants
from inference.targets import apart
from inference.task import Task
from inference.trace import Batch
from inference.types import ItemTarget, Raw, Target

from . import background
from .games import Closed, Game
from .hierarchy import grouping
from .players import Players
from .priors import Coalitions, Floats
from .trees import of_trees

PROBED, SEED = 8, 0
"""Coalitions on which a narrower precision is tried, at random."""


class Play(NamedTuple):
    """The players of an input, and the game they play: v(coalitions bool[m, n]) → float64[m, targets], their scores.

    noise: the rounding error of a score in `dtype`, float64[targets], where that is narrower than the model's own; the
    two ends, all and nothing hidden, are never rounded so. batch_size: coalitions that the game takes at once.
    """

    players: Players
    game: Game
    noise: Floats | None
    dtype: str
    batch_size: int


def scorer(
    task: Task,
    raw: Raw,
    targets: Sequence[Target],
    evaluations: int | None = None,
    second_baseline: bool = False,
) -> Play:
    """What an explanation of an input's targets asks.

    evaluations: the budget, which the number of reference rows follows. second_baseline: hide by other means, to see
    how much the means matter.
    """
    players, variants = prepared(task, raw, evaluations, second_baseline)
    if variants is None:
        return Play(players, door(task, players, targets), None, task.dtype, task.batch_size)
    game = Tensors(task, [variants], targets, probe(players))
    return Play(players, game, game.noise, game.dtype, game.batch_size)


def prepared(
    task: Task, raw: Raw, evaluations: int | None = None, second_baseline: bool = False
) -> tuple[Players, Variants | None]:
    """The players of an input, and the input with parts of it hidden on tensors, where the task can do that."""
    stand_in = task.stand_in if any(field.kind in ("text", "messages") for field in task.demo.inputs) else ""
    known = background.of(task)
    reference = known.rows(evaluations)
    if second_baseline:
        reference = known.others(reference)
    players = Players(task.demo.inputs, task.readable(raw), reference, stand_in, second_baseline)
    return players, task.variants(players.raw, players.masks, players.rows, players.weights)


def door(task: Task, players: Players, targets: Sequence[Target]) -> Game:
    """Each coalition as one input, or as many as there are reference rows, by the way that a visitor's goes."""
    return Door(task, [players], targets)


class Door:
    """`door` of one input or of several; whose outputs, side by side, is said in `rows`, by default those of all."""

    def __init__(self, task: Task, inputs: Sequence[Players], targets: Sequence[Target]) -> None:
        self.task, self.inputs, self.targets = task, inputs, targets

    def __call__(self, coalitions: Coalitions, rows: Sequence[int] | None = None) -> Floats:
        """bool[m, n] → float64[m, rows · targets]."""
        asked = range(len(self.inputs)) if rows is None else rows
        weighted = [list(self.inputs[row].inputs(kept)) for row in asked for kept in coalitions]
        scores = patiently(self.task.scores, [each for group in weighted for _, each in group], self.targets)
        ends = np.cumsum([len(group) for group in weighted])
        weights = np.array([weight for group in weighted for weight, _ in group])
        summed: Floats = np.add.reduceat(scores * weights[:, None], np.concatenate([[0], ends[:-1]]))
        return side_by_side(summed, len(asked))


def side_by_side(scores: Floats, rows: int) -> Floats:
    """float64[rows · m, targets], row by row, as float64[m, rows · targets]."""
    every = scores.reshape(rows, -1, scores.shape[1]).swapaxes(0, 1)
    return every.reshape(len(every), -1)


def probe(players: Players) -> Coalitions:
    """Some coalitions of the players to begin with, at random, bool[PROBED, atoms]."""
    rows: Coalitions = np.random.default_rng(SEED).random((PROBED, len(players.groups))) < 0.5
    return rows[:, grouping(players.groups)]


class Tensors:
    """Each coalition as rows of tensors, through a copy of the model that is made for many passes.

    Of one input, or of several with the same players and reference rows, which share passes.
    """

    def __init__(
        self,
        task: Task,
        inputs: Sequence[Variants],
        targets: Sequence[Target],
        probe: Coalitions,
        batch_size: int | None = None,
    ) -> None:
        """probe: coalitions on which half the width is tried. batch_size: inputs of a forward pass at most."""
        from inference import replica

        self.task, self.inputs = task, inputs
        self.simple, self.parts = apart(targets)
        self.run = replica.of(task)
        at_once = min(self.run.batch_size, batch_size or self.run.batch_size)
        self.batch_size = self.run.batch_size = max(1, at_once // len(inputs[0].weights))
        if task.one_pass and replica.can_be_reduced(task):
            self._try_half(probe)
        self.noise, self.dtype = self.run.noise, self.run.dtype

    def _try_half(self, probe: Coalitions) -> None:
        """Let the copy turn to half the width, if it is safe for these scores; not where memory is that scarce."""
        batch = self.inputs[0].encode(list(probe))
        with suppress(OutOfMemory):
            patiently(self.run.verify, batch, lambda outputs: self.mean(self.task.score(outputs, self.simple)))

    def __call__(self, coalitions: Coalitions, rows: Sequence[int] | None = None) -> Floats:
        """bool[m, n] → float64[m, rows · targets]; the two ends in the model's own precision.

        rows: of which inputs; by default of all.
        """
        asked = range(len(self.inputs)) if rows is None else rows
        scores = np.empty((len(coalitions), len(asked) * self.parts.shape[1]))
        ends = coalitions.all(1) | ~coalitions.any(1)
        for some, forward in ((ends, self.task.forward), (~ends, self.run.forward)):
            if some.any():
                scores[some] = patiently(self.scored, coalitions[some], asked, forward)
        return scores

    def scored(self, coalitions: Coalitions, rows: Sequence[int], forward: Forward) -> Floats:
        """`__call__` by one forward pass for as many as fit."""

        def work(some: Sequence[tuple[int, Kept]]) -> Floats:
            return self.mean(self.task.score_batch(self.encoded(some), self.simple, forward))

        every = [(row, kept) for row in rows for kept in coalitions]
        return side_by_side(np.concatenate(list(self.run.in_batches(work, every))), len(rows))

    def encoded(self, some: Sequence[tuple[int, Kept]]) -> Batch:
        """One batch of the coalitions of one input after the other."""
        by_input = groupby(some, key=lambda each: each[0])
        return joined([self.inputs[row].encode([kept for _, kept in group]) for row, group in by_input], {})

    def mean(self, scores: Floats) -> Floats:
        """Scores of simple targets float64[m · references, simple] as float64[m, targets]."""
        weights = self.inputs[0].weights
        each = scores.reshape(-1, len(weights), len(self.simple))
        averaged: Floats = np.einsum("mrs,r->ms", each, weights) @ self.parts
        return averaged


def trees_of(task: Task, players: Players, targets: Sequence[Target]) -> Closed | None:
    """The closed form for targets of a task that has trees, each column by itself; else None."""
    positions = getattr(task, "positions", {})
    items = [target.item for target in targets if isinstance(target, ItemTarget)]
    names = [feature.field for feature in players.features]
    plain = len(items) == len(targets) and set(items) <= set(positions)
    if task.trees is None or not plain:
        return None
    fields = [field for field in task.demo.fields if field.name in names]
    background = np.array([coded(row, fields) for row in players.rows], np.float64)
    row = np.array(coded(players.raw, fields), np.float64)
    scale: Literal["raw", "probability"] = "probability" if task.scale == "probability" else "raw"
    outputs = [positions[item] for item in items]
    if task.kind == "value" and len(getattr(task.trees, "classes_", ())) == 2:
        outputs = [1] * len(items)  # a number out of two classes speaks of the second
    return of_trees(task.trees, background, row, outputs, scale)


def coded(row: Raw, fields: Sequence[Field]) -> list[float]:
    """A row as trees take it: of a category, its place among the choices; NaN for one that is not among them."""
    places = {field.name: field.choices for field in fields if isinstance(field, CategoryField)}
    values = {field.name: row[field.name] for field in fields}
    known = {name: choices.index(values[name]) if values[name] in choices else nan for name, choices in places.items()}
    return [*(values | known).values()]
