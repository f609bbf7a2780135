"""The variants of a model held against float32, or two models over a file, as a stream. Knows no kind of task.

The same players of the same inputs are explained by both, from the same coalitions, and by the first once more with
another seed.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inference.device import on_device
from inference.errors import InputError, ModelError
from inference.study import agreement, evaluation, sizes, variants
from inference.study.reading import Study, together
from inference.study.results import Answers, answers
from inference.study.timing import Timing, interleaved
from inference.study.variants import REFERENCE
from inference.task import Task
from inference.types import Raw, Target

from .explainer import explain_alike, explain_all
from .memory import Memory
from .moved import Moved, moved, shift
from .types import Explanation, Partition
from .variation import Differing, Row, Stage, Variant, Variation, judged

EXPLAINED = 8
"""Inputs explained unless told otherwise."""
CHUNK = 512
"""Rows asked about between two looks at whether anybody still waits."""
LISTED = 100
"""Rows that two models say different things of, the farthest apart first."""


@dataclass(frozen=True)
class Case:
    """An input with what the others explain of it, what the first says, and how far that moves with another seed."""

    raw: Raw
    target: Target
    players: Partition
    first: Explanation
    own: Moved


@dataclass(frozen=True)
class Asked:
    """The first model, what it says of the inputs, and its explanations of some."""

    task: Task
    raws: Sequence[Raw]
    said: Answers
    truth: Any
    cases: list[Case]

    @property
    def own(self) -> list[Moved]:
        """How far each of its explanations moves with another seed."""
        return [case.own for case in self.cases]


@on_device
def vary(
    task: Task,
    raws: Sequence[Raw],
    truth: Any = None,
    names: Sequence[str] = tuple(variants.VARIANTS),
    explained: int = EXPLAINED,
    sparsity: float = variants.SPARSITY,
) -> Iterator[Stage | Variation]:
    """What is under way, and the table so far after each variant, the whole of it last.

    raws: checked inputs. truth: of each, as `results.of_truths` gives it. names: of variants. explained: so many of the
    inputs, spread over them, are explained. Closing the stream ends the work. Raises InputError, ModelError.
    """
    others, about = [name for name in names if name != REFERENCE], variants.about(REFERENCE)
    reference = variants.variant(task, REFERENCE)
    asked = yield from ask(reference, raws, truth, explained, 0, len(others) + 1)
    first = measured(asked, reference, REFERENCE, about, asked.said)
    table = Variation(task.name, len(raws), len(asked.cases), shift(asked.own), (replace(first, verdict=HELD),))
    yield table
    for done, name in enumerate(others, start=1):
        yield Stage(f"Making {name}", done, len(others) + 1)
        about = variants.about(name, sparsity)
        try:
            made = variants.variant(task, name, sparsity)
        except ModelError as error:
            row = Variant(name, about, problem=str(error))
        else:
            row, _ = yield from held(asked, made, name, about, done, len(others) + 1)
        table = replace(table, rows=(*table.rows, row))
        yield table


HELD = "What the others are held against."


@on_device
def differ(task: Task, other: Task, study: Study, explained: int = EXPLAINED) -> Iterator[Stage | Differing]:
    """What is under way, and last how far two models agree over a file, where they differ, and whether reasons move.

    study: the file as the first model, or the one that it is a variant of, read it. Closing the stream ends the work.
    Raises InputError, ModelError.
    """
    results, places = study.results, evaluation.held(study)  # rows that one was trained on would flatter it
    raws = [results.raws[place] for place in places]
    truth = None if results.truth is None else results.truth[places]
    asked = yield from ask(task, raws, truth, explained, 0, 2)
    row, said = yield from held(asked, other, other.name, other.demo.title, 1, 2)
    numbers = results.rows.index[places].tolist()
    listed = apart(asked.said, said, numbers, [study.truth(int(number)) for number in numbers])
    count = int((~agreement.alike(asked.said, said)).sum())
    yield Differing(task.name, other.name, len(raws), len(asked.cases), shift(asked.own), row, count, listed)


def ask(
    task: Task, raws: Sequence[Raw], truth: Any, explained: int, done: int, total: int
) -> Generator[Stage, None, Asked]:
    """The first of two models asked about all inputs, some of them explained."""
    if not raws:
        raise InputError("There is no input to hold the models against; give at least one.")
    said = yield from in_chunks(task, raws, done, total)
    places = np.unique(np.linspace(0, len(raws) - 1, min(explained, len(raws))).round().astype(int))
    cases: list[Case] = []
    for count, place in enumerate(places):
        yield Stage(f"Explaining {task.name}, input {count + 1} of {len(places)}", done, total)
        cases += explain_case(task, raws[place])
    return Asked(task, raws, said, truth, cases)


def held(
    asked: Asked, other: Task, name: str, about: str, done: int, total: int
) -> Generator[Stage, None, tuple[Variant, Answers]]:
    """The other held against the first: its row, and what it says."""
    said = yield from in_chunks(other, asked.raws, done, total)
    row = measured(asked, other, name, about, said)
    pairs, own = [], []
    for count, case in enumerate(asked.cases):
        yield Stage(f"Explaining {other.name}, input {count + 1} of {len(asked.cases)}", done, total)
        found = alike(other, case)
        if found is not None:
            pairs.append(moved(case.first, found))
            own.append(case.own)
    return judged(row, pairs, own), said


def in_chunks(task: Task, raws: Sequence[Raw], done: int, total: int) -> Generator[Stage, None, Answers]:
    """What a model says of all inputs, some at a time."""
    parts = []
    for start in range(0, len(raws), CHUNK):
        yield Stage(f"Asking {task.name}, {start:,} of {len(raws):,} inputs", done, total)
        parts.append(answers(task, raws[start : start + CHUNK]))
    return together(parts)


def explain_case(task: Task, raw: Raw) -> list[Case]:
    """An input explained twice, as the other will be; none where nothing was found in it."""
    target, memory = task.target(task.predict_some([raw])[0]), Memory()
    if target is None:
        return []
    with closing(explain_all(task, raw, [target], memory=memory)) as stream:  # type: ignore[type-var]
        for _ in stream:
            known = memory.explained(task, raw, target)
            if known and all(len(player) == 1 for player in known.players):
                break  # no finer players follow
    assert known is not None  # just explained
    start = Case(raw, target, known.players, known.explanation, moved(known.explanation, known.explanation))
    first = alike(task, start) or known.explanation
    exact = first.stderr is not None and not any(first.stderr)
    again = first if exact else alike(task, start, seed=1) or first
    return [replace(start, first=first, own=moved(first, again))]


def alike(task: Task, case: Case, seed: int = 0) -> Explanation | None:
    """The case explained by another model or seed; None by one that knows no such target, or other parts."""
    try:
        return next(iter(deque(explain_alike(task, case.raw, case.target, case.players, seed), maxlen=1)), None)
    except InputError:
        return None


def measured(asked: Asked, other: Task, name: str, about: str, said: Answers) -> Variant:
    """What a model takes, how fast it is beside the first in the same turns, and what it says of the inputs."""
    one = turns(asked.task, other, asked.raws[:1])
    batch = [asked.raws[i % len(asked.raws)] for i in range(other.batch_size if other.one_pass else 1)]
    many = turns(asked.task, other, batch)
    weights = other.pipeline.model if sizes.has_weights(other) else None
    return Variant(
        name,
        about,
        memory=0 if weights is None else sizes.in_memory(weights),
        disk=0 if weights is None else sizes.on_disk(weights),
        timing=one[0],
        beside=one[1],
        per_second=1000 * len(batch) / many[0].median,
        beside_per_second=1000 * len(batch) / many[1].median,
        agreement=agreement.between(asked.said, said),
        quality=None if asked.truth is None else agreement.against(asked.said, said, asked.truth),
    )


def turns(first: Task, other: Task, raws: Sequence[Raw]) -> list[Timing]:
    """How long the other and the first take for the same inputs, in turns."""
    return interleaved([lambda: answers(other, raws), lambda: answers(first, raws)])


def apart(first: Answers, second: Answers, numbers: Sequence[Any], truths: Sequence[str]) -> tuple[Row, ...]:
    """The rows of which the two say different things, the farthest apart first."""
    scores = agreement.of_first(first, first), agreement.of_first(first, second)
    places = np.flatnonzero(~agreement.alike(first, second))
    order = places[np.argsort(-np.nan_to_num(np.abs(scores[0] - scores[1])[places]), kind="stable")]
    shown = lambda answers, i: str(answers.predicted[i])  # noqa: E731
    acted = lambda answers, i: "" if answers.decisions is None else str(answers.decisions[i])  # noqa: E731
    return tuple(
        Row(
            int(numbers[i]),
            (shown(first, i), shown(second, i)),
            (float(scores[0][i]), None if np.isnan(scores[1][i]) else float(scores[1][i])),
            (acted(first, i), acted(second, i)),
            truths[i],
        )
        for i in order[:LISTED].tolist()
    )
