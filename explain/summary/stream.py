"""From a task and rows to a stream of Summaries, ever better as rows come. Knows no kind of task and no figure."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from inference.errors import InputError, ModelError
from inference.task import Task
from inference.types import ItemTarget, Raw, Target

from ..explainer import explain_all
from ..rows import Explanations, alike, explain_rows
from ..stopping import mean_enough
from ..types import Progress
from .gathered import Gathered
from .records import Summary

ITEMS = 10
"""Outputs that are explained in every row; of more, each row's own answer is."""
GROWTH = 1.25
"""A new Summary comes whenever there are so many times the rows of the last: what a stop leaves out is a fifth."""
TOGETHER = 8
"""Rows of a table that are explained at once."""
SAMPLES = {"image": 12, "audio": 8, "text": 40, "messages": 12}
SAMPLE = 100
"""Rows unless told otherwise, fewer of what takes long."""


def default_sample(task: Task) -> int:
    """Rows that are explained unless told otherwise."""
    return min(SAMPLES.get(field.kind, SAMPLE) for field in task.demo.inputs)


def summarise(
    task: Task, raws: Sequence[Raw], sample: int | None = None, seed: int = 0
) -> Iterator[Progress | Summary]:
    """How far it has come, in rows, and again and again what was found so far; the last part is a Summary.

    raws: checked inputs. sample: how many of them, at random; by default `default_sample`. Rows of a table are
    explained TOGETHER, until the mean over them is sure; others each as by itself. Closing the stream ends the work.
    Raises InputError.
    """
    places = drawn(len(raws), default_sample(task) if sample is None else sample, seed)
    found = Gathered(task, len(places), len(raws), seed, targets(task, [raws[place] for place in places]))
    start, mark, done = time.perf_counter(), 0, 0
    yield Progress(0, len(places))
    size = TOGETHER if alike(task) else 1
    for some in (places[first : first + size] for first in range(0, len(places), size)):
        each: list[Explanations | None] = []
        for each in explained(task, [raws[place] for place in some], found.targets):  # noqa: B007  # the last counts
            yield Progress(done, len(places))  # so that the stream can be left
        for place, explanations in zip(some, each, strict=True):
            done += 1
            if explanations is None:
                found.left_out += 1
            else:
                found.add(raws[place], explanations)
            yield Progress(done, len(places))
            if found.rows and (found.rows > GROWTH * mark or done == len(places)):
                mark = found.rows
                yield found.summary(time.perf_counter() - start)
    if not found.rows:
        raise InputError("The model found nothing in these rows, so there is nothing to explain.")


def drawn(count: int, sample: int, seed: int) -> list[int]:
    """Places of the rows in a sample, in random order. Raises InputError."""
    if not count:
        raise InputError("There are no rows to explain.")
    if not isinstance(sample, int) or sample < 1:
        raise InputError(f"sample must be a whole number from 1, got {sample!r:.40}.")
    return [int(place) for place in np.random.default_rng(seed).permutation(count)[:sample]]


def targets(task: Task, raws: Sequence[Raw]) -> tuple[Target, ...]:
    """The outputs explained in every row, the one that a decision is about first; none where they differ by row."""
    items = list(getattr(task, "positions", ())) if task.same_items else []
    if not items or len(items) > ITEMS:
        return ()
    rule = task.demo.decision
    first = rule.of if rule and rule.of in items else commonest(task, raws, items)
    return tuple(ItemTarget(item) for item in [first, *(item for item in items if item != first)])


LOOKED = 256
"""Rows that are asked which answer is the commonest."""


def commonest(task: Task, raws: Sequence[Raw], items: list[str]) -> str:
    """The item that comes first most often, of two labels the second: by custom it is the one asked about."""
    if len(items) <= 2:
        return items[-1]
    scores = task.scores(list(raws[:LOOKED]), [ItemTarget(item) for item in items])
    return items[Counter(scores.argmax(1).tolist()).most_common(1)[0][0]]


def explained(task: Task, raws: Sequence[Raw], asked: Sequence[Target]) -> Iterator[list[Explanations | None]]:
    """An empty list while at work, and last the explanations of each row; of its own answer where no target is asked.

    None stands for an empty answer.
    """
    own = [list(asked) or answer(task, raw) for raw in raws]
    places = [place for place, targets in enumerate(own) if targets]
    found: dict[int, Explanations | None] = {}
    if alike(task) and places:
        for each in explain_rows(task, [raws[i] for i in places], [own[i] for i in places], mean_enough):
            found = dict(zip(places, each, strict=False))
            yield []
    for place in places:
        found[place] = found.get(place) or of_row(task, raws[place], own[place])
    yield [found.get(place) for place in range(len(raws))]


def answer(task: Task, raw: Raw) -> list[Target]:
    """What a row's own explanation is about; nothing where its answer is empty."""
    target = task.target(task.predict_some([raw])[0])
    return [] if target is None else [target]


def of_row(task: Task, raw: Raw, asked: Sequence[Target]) -> Explanations | None:
    """The explanations of a row, one a target; of its own answer where none is asked. None of an empty answer."""
    own = asked or answer(task, raw)
    if not own:
        return None
    last: Explanations | None = None
    for last in explain_all(task, raw, own, apart=True):  # noqa: B007  # the last is what counts
        pass
    if last is None:
        raise ModelError(f"{task.name} gave no explanation.")
    return last
