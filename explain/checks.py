"""Checks of an explanation, on demand: faithfulness, another baseline, interactions. Knows no kind of task.

A check is a stream of Progress that ends with what was found.
"""

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np

from inference.errors import InputError
from inference.fields import shown
from inference.task import Task
from inference.types import Record

from .estimators import STEP, Game
from .explainer import budget, explain_stream, scorer
from .faithfulness import ORDERS, Faithfulness, account, curves, lowered
from .interplay import Interplay, of_pairs
from .sensitivity import Sensitivity, compare
from .types import Explanation, Progress
from .watching import watched

SEED = 0
ALL, PER_PLAYER, MOST = 10, 32, 1_024
"""Evaluations for pairs: every coalition up to 10 players, else 32 a player and so many at most."""

Finding = Faithfulness | Sensitivity | Interplay
Found = Generator[Progress, None, Finding]


def check(task: Task, inputs: Any, check: str, target: Any = None) -> Finding:
    """The last of `check_stream`. Raises InputError."""
    *_, last = check_stream(task, inputs, check, target)
    assert isinstance(last, Finding)  # the stream's last part, by its own contract
    return last


def check_stream(
    task: Task, inputs: Any, check: str, target: Any = None, explanation: Explanation | None = None
) -> Iterator[Record]:
    """Progress again and again, then what one of CHECKS found about the explanation of a target.

    explanation: that of these inputs and this target, if it is at hand; else it is made first, at the usual budget.
    Closing the stream ends the work at the next batch. Raises InputError.
    """
    if not isinstance(check, str) or check not in CHECKS:
        raise InputError(f"Unknown check {shown(check)}; available are {', '.join(CHECKS)}.")
    if explanation is None:
        explanation = yield from explained(task, inputs, target)
    if len(explanation.features) < 2:
        raise InputError("This check holds parts of an input against one another, and this input has only one part.")
    yield (yield from CHECKS[check](task, inputs, explanation))


def explained(task: Task, inputs: Any, target: Any, **options: Any) -> Generator[Progress, None, Explanation]:
    """The explanation at the usual budget, with its progress. Raises InputError."""
    for explanation in explain_stream(task, inputs, target, seed=SEED, **options):
        yield Progress(explanation.evaluations, max(explanation.evaluations, budget(len(explanation.features))))
    return explanation


def game_of(task: Task, inputs: Any, explanation: Explanation) -> Game:
    """The game whose values the explanation has."""
    return scorer(task, task.parse(inputs), explanation.target)[1]


def faithfulness(task: Task, inputs: Any, explanation: Explanation) -> Found:
    """Hide the strongest parts, and keep them alone."""
    start, n = time.perf_counter(), len(explanation.features)
    values, against = np.array(explanation.values), lowered(explanation)
    total = 2 * n + ORDERS * (n - 1)
    hiding, keeping, evaluations = yield from watched(
        lambda game: curves(game, values, against, ORDERS, SEED), game_of(task, inputs, explanation), total, STEP
    )
    return account(explanation, hiding, keeping, evaluations, time.perf_counter() - start, SEED)


def baseline(task: Task, inputs: Any, explanation: Explanation) -> Found:
    """Explain again, hiding by another means."""
    second = yield from explained(task, inputs, explanation.target, second_baseline=True)
    if second.baseline == explanation.baseline:
        raise InputError(f"There is no second way to hide a part of this input: {explanation.baseline}.")
    return compare(explanation, second)


def interplay(task: Task, inputs: Any, explanation: Explanation) -> Found:
    """The pairs of parts that work together."""
    from .interactions import interactions

    start, n = time.perf_counter(), len(explanation.features)
    allowed = 2**n if n <= ALL else min(PER_PLAYER * n, MOST)
    found = yield from watched(
        lambda game: interactions(game, n, allowed, SEED), game_of(task, inputs, explanation), allowed, STEP
    )
    return of_pairs(explanation, found, time.perf_counter() - start, SEED)


CHECKS: dict[str, Callable[[Task, Any, Explanation], Found]] = {
    "faithfulness": faithfulness,
    "baseline": baseline,
    "interactions": interplay,
}
"""What can be checked."""
