"""Checks of an explanation, on demand: faithfulness, another baseline, interactions, and a closer look at the tokens of
a text. Knows no kind of task.

A check is a stream of Progress that ends with what was found.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.device import on_device
from inference.errors import InputError
from inference.fields import shown
from inference.task import Task
from inference.types import Raw, Record

from .asked import parse_target
from .estimators import estimate
from .explainer import explain_all, explain_otherwise
from .faithfulness import ORDERS, Faithfulness, account, curves, lowered
from .games import STEP, Estimate, Game
from .hierarchy import grouped
from .interactions import interactions
from .interplay import Interplay, of_pairs
from .memory import Explained, Memory
from .sensitivity import Sensitivity, compare
from .types import Explanation, Progress
from .watching import watched
from .wordwise import Wordwise, of_tokens

SEED = 0
ALL, PER_PLAYER, MOST = 10, 32, 1_024
"""Evaluations for pairs: every coalition up to 10 players, else 32 a player and so many at most."""

Finding = Faithfulness | Sensitivity | Interplay | Wordwise
Found = Generator[Progress, None, Finding]


def check(task: Task, inputs: Any, check: str, target: Any = None) -> Finding:
    """The last of `check_stream`. Raises InputError."""
    *_, last = check_stream(task, inputs, check, target)
    assert isinstance(last, Finding)  # the stream's last part, by its own contract
    return last


@on_device
def check_stream(
    task: Task, inputs: Any, check: str, target: Any = None, memory: Memory | None = None
) -> Iterator[Record]:
    """Progress again and again, then what one of CHECKS found about the explanation of a target.

    memory: of whoever asks more than once; an explanation that it does not have is made first, at the usual budget.
    Closing the stream ends the work at the next batch. Raises InputError.
    """
    if not isinstance(check, str) or check not in CHECKS:
        raise InputError(f"Unknown check {shown(check)}; available are {', '.join(CHECKS)}.")
    memory, raw = memory or Memory(), task.parse(inputs)
    chosen = parse_target(task, raw, target)
    known = memory.explained(task, raw, chosen)
    if known is None:
        memory.likely = task.parts(chosen) if check == "tokens" else memory.likely
        yield from progress(explanation for (explanation,) in explain_all(task, raw, [chosen], memory=memory))
        known = memory.explained(task, raw, chosen)
        assert known is not None  # just explained
    if len(known.players) < 2:
        raise InputError("This check holds parts of an input against one another, and this input has only one part.")
    yield (yield from CHECKS[check](Case(task, raw, known, memory)))


@dataclass(frozen=True)
class Case:
    """An explained input, with all that is known of its game."""

    task: Task
    raw: Raw
    known: Explained
    memory: Memory

    @property
    def game(self) -> Game:
        """The game whose values the explanation has."""
        play = self.memory.play(self.task, self.raw, [self.known.explanation.target])
        return grouped(play.game, self.known.players)


def progress(explanations: Iterator[Explanation]) -> Generator[Progress, None, Explanation]:
    """How far an explanation has come; returns the last."""
    for explanation in explanations:
        yield Progress(explanation.evaluations, max(explanation.evaluations, explanation.allowed))
    return explanation


def faithfulness(case: Case) -> Found:
    """Hide the strongest parts, and keep them alone."""
    start, explanation = time.perf_counter(), case.known.explanation
    values, against = np.array(explanation.values), lowered(explanation)
    total = 2 * len(values) + ORDERS * (len(values) - 1)
    hiding, keeping, evaluations = yield from watched(
        lambda game: curves(game, values, against, ORDERS, SEED), case.game, total, STEP
    )
    return account(explanation, hiding, keeping, evaluations, time.perf_counter() - start, SEED)


def baseline(case: Case) -> Found:
    """Explain again, hiding by another means."""
    second = yield from progress(explain_otherwise(case.task, case.raw, case.known, SEED))
    if second.baseline == case.known.explanation.baseline:
        raise InputError(f"There is no second way to hide a part of this input: {second.baseline}.")
    return compare(case.known.explanation, second)


def interplay(case: Case) -> Found:
    """The pairs of parts that work together."""
    start, n = time.perf_counter(), len(case.known.players)
    allowed = 2**n if n <= ALL else min(PER_PLAYER * n, MOST)
    found = yield from watched(lambda game: interactions(game, n, allowed, SEED), case.game, allowed, STEP)
    return of_pairs(case.known.explanation, found, time.perf_counter() - start, SEED)


def wordwise(case: Case) -> Found:
    """Explain each token of a written text, from the evaluations of the whole."""
    start, explanation = time.perf_counter(), case.known.explanation
    targets = case.task.parts(explanation.target)
    if not targets:
        raise InputError("Only a written text as a whole can be taken apart into its tokens.")
    game = case.memory.play(case.task, case.raw, targets).game
    n, spent = len(case.known.players), explanation.evaluations
    step = max(2, spent - spent % 2)

    def work(game: Game) -> Estimate:
        *_, last = estimate(game, n, spent, SEED, additive=case.task.additive, step=step, first=step)
        return last

    found = yield from watched(work, grouped(game, case.known.players), spent, STEP)
    return of_tokens(explanation, case.task.parts_named(explanation.target), found, time.perf_counter() - start, SEED)


CHECKS: dict[str, Callable[[Case], Found]] = {
    "faithfulness": faithfulness,
    "baseline": baseline,
    "interactions": interplay,
    "tokens": wordwise,
}
"""What can be checked."""
