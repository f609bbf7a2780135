"""The game that a model plays: which parts of an input are seen, and what it scores for it. Knows no kind of task.

A coalition goes in by the users' door, as an input of its own, or, where the task can do it, as a row of tensors made
from the input encoded once; a test holds the two together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.accelerator import in_background
from inference.masks import Variants
from inference.task import Forward, Task
from inference.types import Raw, Target

from . import background
from .estimators import Coalitions, Floats, Game
from .players import Players


def scorer(
    task: Task,
    raw: Raw,
    targets: Sequence[Target],
    evaluations: int | None = None,
    second_baseline: bool = False,
) -> tuple[Players, Game]:
    """The players of an input, and the game they play: v(coalitions bool[m, n]) → float64[m, targets], their scores.

    evaluations: the budget, which the number of reference rows follows. second_baseline: hide by other means, to see
    how much the means matter.
    """
    stand_in = task.stand_in if any(field.kind == "text" for field in task.demo.fields) else ""
    known = background.of(task)
    reference = known.rows(evaluations)
    if second_baseline:
        reference = known.others(reference)
    players = Players(task.demo.inputs, task.readable(raw), reference, stand_in, second_baseline)
    variants = task.variants(players.raw, players.masks, players.rows, players.weights)
    return players, tensors(task, variants, targets) if variants else door(task, players, targets)


def door(task: Task, players: Players, targets: Sequence[Target]) -> Game:
    """Each coalition as one input, or as many as there are reference rows, by the way that a visitor's goes."""

    def game(coalitions: Coalitions) -> Floats:
        weighted = [list(players.inputs(kept)) for kept in coalitions]
        scores = patiently(task.scores, [each for group in weighted for _, each in group], targets)
        ends = np.cumsum([len(group) for group in weighted])
        weights = np.array([weight for group in weighted for weight, _ in group])
        summed: Floats = np.add.reduceat(scores * weights[:, None], np.concatenate([[0], ends[:-1]]))
        return summed

    return game


def tensors(task: Task, variants: Variants, targets: Sequence[Target], forward: Forward | None = None) -> Game:
    """Each coalition as rows of tensors."""
    each = len(variants.weights)

    def game(coalitions: Coalitions) -> Floats:
        size = max(1, task.batch_size // each)
        scores = patiently(task.score_all, list(coalitions), targets, variants.encode, size, forward)
        averaged: Floats = np.einsum("mrk,r->mk", scores.reshape(len(coalitions), each, -1), variants.weights)
        return averaged

    return game


def patiently(work: Any, *arguments: Any) -> Any:
    """`work` done in the background: predictions go before it."""
    token = in_background.set(True)
    try:
        return work(*arguments)
    finally:
        in_background.reset(token)
