"""The rows of one table explained together: they share coalitions, forward passes and the mathematics of an estimate.

All rows have the same players, so that one design serves them, and a row's outputs are some outputs of one game of all
rows. Rows that have enough leave, the others go on. Knows no kind of task and no figure.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

from inference.task import Task
from inference.types import Raw, Target

from .estimators import estimate
from .exact import meets
from .explainer import Account
from .games import Estimate, Memo, Unexplainable
from .hierarchy import Level
from .players.field import singles
from .priors import Coalitions, Floats
from .scoring import Door, Play, Tensors, prepared, probe, trees_of
from .types import Explanation

SEED = 0
STEP = 16
"""Evaluations between two estimates."""
CACHED = 1024
"""Inputs of a forward pass on a processor: the activations of more leave its cache, and an input takes longer."""
MOST = 512
"""Evaluations of a row at most."""
LEAVING = 0.5
"""So many of the rows leave together: each time those that stay are fitted anew."""
Explanations = tuple[Explanation, ...]
"""Of one row, one a target."""
Enough = Callable[[Sequence[Estimate], Sequence[Estimate] | None], Sequence[bool]]
"""Which rows have enough, by their last estimates and by those before, of which there may be none yet."""


def alike(task: Task) -> bool:
    """Whether all inputs of a task have the same players, its columns."""
    return not task.additive and all(f.kind in ("number", "category") for f in task.demo.inputs if f.role == "input")


def explain_rows(
    task: Task, raws: Sequence[Raw], asked: Sequence[Sequence[Target]], enough: Enough
) -> Iterator[list[Explanations | None]]:
    """An empty list again and again, while at work, and last the explanations of each row, one a target.

    raws: checked inputs of a task whose inputs are `alike`; asked: the targets of each. Each column is a player. A row
    is spent 16 evaluations a player at most, and all combinations where these are no more. None stands for a row whose
    scores are no numbers, which has to be explained by itself. Closing the stream ends the work at the next batch.
    """
    start = time.perf_counter()
    table = Table(task, raws, asked)
    found: list[Estimate | None] = [table.closed(place) for place in range(len(raws))]
    left = [place for place, known in enumerate(found) if known is None]
    memo, before = Memo(table.game(left)), None
    while left:
        done, each = [False] * len(left), list[Estimate]()
        with suppress(Unexplainable):
            for last in estimate(memo, table.n, table.allowed, SEED, **table.options(left, len(memo))):
                yield []
                if last.excluded:
                    done = [False] * len(left)
                    break
                each = table.apart(last, left)
                done, before = list(enough(each, before)), each
                if sum(done) >= LEAVING * len(left):
                    break
            else:
                done = [True] * len(left)
        if not any(done):
            break
        for place, known, ready in zip(left, each, done, strict=True):
            found[place] = known if ready else None
        stay = [i for i, ready in enumerate(done) if not ready]
        outputs = [output for i in stay for output in range(*table.span(left, i))]
        before, left = [each[i] for i in stay], [left[i] for i in stay]
        memo = memo.narrowed(table.game(left), outputs)
    yield [None if known is None else table.told(place, known, start) for place, known in enumerate(found)]


class Table:
    """The players of several rows, and the games that some of them play together."""

    def __init__(self, task: Task, raws: Sequence[Raw], asked: Sequence[Sequence[Target]]) -> None:
        self.task, self.asked = task, asked
        targets = list(dict.fromkeys(chain(*asked)))
        seen = [prepared(task, raw) for raw in raws]
        self.players = [players for players, _ in seen]
        variants = [each for _, each in seen if each is not None]
        self.scores: Tensors | Door = (
            Tensors(
                task, variants, targets, probe(self.players[0]), CACHED if task.where.startswith("on CPU") else None
            )
            if len(variants) == len(seen)
            else Door(task, self.players, targets)
        )
        self.noise, self.dtype = getattr(self.scores, "noise", None), getattr(self.scores, "dtype", task.dtype)
        self.columns = [[targets.index(target) for target in some] for some in asked]
        self.targets, self.n = len(targets), len(self.players[0])
        self.allowed = min(2**self.n, 16 * self.n, MOST)

    def game(self, rows: Sequence[int]) -> Callable[[Coalitions], Floats]:
        """bool[m, n] → float64[m, outputs], of one row after the other the targets asked of it."""
        outputs = [i * self.targets + column for i, row in enumerate(rows) for column in self.columns[row]]
        return lambda coalitions: self.scores(coalitions, rows)[:, outputs]

    def options(self, rows: Sequence[int], known: int) -> dict[str, Any]:
        """How to go on with some rows: the first estimate comes where errors can be told, or with something new."""
        noise = None if self.noise is None else self.noise[[c for row in rows for c in self.columns[row]]]
        return {"noise": noise, "step": STEP, "first": max(4 * self.n, known + STEP)}

    def span(self, rows: Sequence[int], place: int) -> tuple[int, int]:
        """The outputs of one of some rows, from and to."""
        start = sum(len(self.columns[row]) for row in rows[:place])
        return start, start + len(self.columns[rows[place]])

    def apart(self, found: Estimate, rows: Sequence[int]) -> list[Estimate]:
        """An estimate of the game of some rows as one of each."""
        return [found.of(slice(*self.span(rows, place))) for place in range(len(rows))]

    def closed(self, place: int) -> Estimate | None:
        """The values of a row whose trees tell them."""
        form = trees_of(self.task, self.players[place], self.asked[place])
        found = form(Memo(self.game([place]))) if form else None
        return found if found and meets(found, None) else None

    def told(self, place: int, found: Estimate, start: float) -> Explanations:
        """The explanations of a row."""
        play = Play(self.players[place], partial(self.scores, rows=[place]), None, self.dtype, 1)
        writing = Account(self.task, play, self.allowed, SEED, start)
        level = Level(singles(self.n), found, False)
        return tuple(writing.of(target, i, level) for i, target in enumerate(self.asked[place]))
