"""What a model says of many rows, in arrays. Knows no file."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..accelerator import in_batches
from ..device import on_device
from ..errors import OutOfMemory
from ..task import Task
from ..trace import Batch
from ..types import Prediction, Raw

if TYPE_CHECKING:
    from pandas import DataFrame

Truth = NDArray[np.object_] | NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Row by row what was predicted.

    `items` are the ids of the columns of `scores` float64[n, k], in the task's scale: all labels, or "value"; of other
    outputs the ids of what was found, NaN where a row lacks it. `predicted` is the first item's id, or the text, as
    object[n]; of values float64[n]. `decisions` is object[n] of actions, or None without a rule. `predictions` are
    there where the arrays do not tell all, as of texts, spans, boxes and rankings. `intervals` are those around values,
    float64[n, 2], where it is known how exact these are.
    """

    items: tuple[str, ...]
    scores: NDArray[np.float64]
    predicted: Truth
    decisions: NDArray[np.object_] | None
    predictions: tuple[Prediction, ...] = ()
    intervals: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Results:
    """`Answers` with the rows they are about: `rows` as they came, indexed by their numbers from 1, and `raws`."""

    answers: Answers
    rows: "DataFrame"
    raws: list[Raw]
    truth: Truth | None
    groups: dict[str, NDArray[np.object_]]


@on_device
def answers(task: Any, raws: Sequence[Raw]) -> Answers:
    """What a model says of checked inputs, `batch_size` a forward pass."""
    order = by_length(task, raws)
    ordered = [raws[place] for place in order]
    back = np.argsort(order)
    if not raws:
        items = tuple(task.positions) if task.same_items else ()
        return Answers(items, np.zeros((0, len(items))), np.zeros(0, object), None)
    if task.same_items:
        scores, intervals = zip(*(arrays(task, outputs) for outputs in passes(task, ordered)), strict=True)
        known = None if intervals[0] is None else np.concatenate(intervals)[back]
        return of_scores(task, np.concatenate(scores)[back], known)
    predictions = [each for some in in_batches(task.predict_some, ordered, task.batch_size) for each in some]
    return of_predictions(task, [predictions[place] for place in back])


def passes(task: Task, raws: Sequence[Raw]) -> Iterator[Batch]:
    """The outputs of one forward pass after the other; meanwhile another thread encodes the next batch."""
    size = task.file_batch_size
    groups = [raws[start : start + size] for start in range(0, len(raws), size)]
    with ThreadPoolExecutor(1) as encoder:
        coming = [encoder.submit(encoded, task, groups[0])]
        for some, following in zip_longest(groups, groups[1:]):
            batch = coming.pop().result()
            coming += [encoder.submit(encoded, task, following)] if following else []
            try:
                yield task.forward(batch)
            except OutOfMemory:
                del batch
                yield from in_batches(lambda few: task.forward(task.encode(few)), some, max(1, len(some) // 2))


def encoded(task: Task, raws: Sequence[Raw]) -> Batch:
    """A batch; for an NVIDIA GPU in memory that it can copy from by itself."""
    batch = task.encode(raws)
    device = task.pipeline.device  # a function of Python has none
    if device is None or device.type != "cuda":
        return batch
    return {name: value.pin_memory() if hasattr(value, "pin_memory") else value for name, value in batch.items()}


def by_length(task: Task, raws: Sequence[Raw]) -> NDArray[np.intp]:
    """Places in an order in which texts of like length are neighbours: a batch is as long as its longest text."""
    texts = [field.name for field in task.demo.inputs if field.kind == "text"]
    if not texts:
        return np.arange(len(raws))
    return np.argsort([sum(len(raw[name]) for name in texts) for raw in raws], kind="stable")


def arrays(task: Any, outputs: Batch) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """The scores of all items in a batch, and the intervals around values."""
    return task.all_scores(outputs), task.intervals(outputs) if task.kind == "value" else None


def of_scores(task: Any, scores: NDArray[np.float64], intervals: NDArray[np.float64] | None = None) -> Answers:
    """The same from the scores of all items, float64[n, k]."""
    items = tuple(task.positions)
    best = scores.argmax(1)
    predicted: Truth = scores[:, 0] if task.kind == "value" else np.array(items, object)[best]
    decisions = None
    if rule := task.demo.decision:
        about = scores[np.arange(len(scores)), best] if rule.of == "top" else scores[:, items.index(rule.of)]
        decisions = rule.actions(about)
    return Answers(items, scores, predicted, decisions, intervals=intervals)


def of_predictions(task: Task, predictions: Sequence[Prediction]) -> Answers:
    """The same from predictions; an empty one has the item ""."""
    items = tuple(dict.fromkeys(item.id for each in predictions for item in each.items))
    places = {item: i for i, item in enumerate(items)}
    scores = np.full((len(predictions), len(items)), np.nan)
    for row, each in enumerate(predictions):
        for item in each.items:
            scores[row, places[item.id]] = item.score
    first = [each.text if each.text is not None else each.items[0].id if each.items else "" for each in predictions]
    rule = task.demo.decision
    decided = [rule.decide(each).action if rule and each.items else None for each in predictions]
    found = np.array([*first, None], object)[:-1]
    return Answers(items, scores, found, np.array(decided, object) if rule else None, tuple(predictions))


def of_truths(task: Task, cells: Sequence[Any]) -> Truth:
    """The right answers of a column as they compare with `predicted`: float64[n] of a value, NaN where there is none;
    else object[n] of texts, None where there is none.
    """
    if task.kind == "value":
        return np.array([number(cell) for cell in cells], np.float64)
    texts = [None if cell is None or cell == "" else str(cell).strip() for cell in cells]
    return np.array([*texts, None], object)[:-1]


def number(cell: Any) -> float:
    """A cell as a number, or NaN."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return math.nan
