"""A stream of inputs, one decision a tick, each made by itself as it would be if the tick had just arrived."""

import time
from collections.abc import Iterator
from typing import Any

from ..demo import read_recording
from ..errors import InputError
from ..fields import shown
from ..recording import MOST, Tick
from ..task import Task
from ..types import Raw

Asked = tuple[int, dict[str, Any], str | None]
"""A tick's number from 0, its inputs, and what turned out to be so."""


def ticks_of(task: Task, ticks: Any = None, start: Any = 0, count: Any = None) -> Iterator[Asked]:
    """The ticks asked for: of the caller's, or of the model's own recording. Raises InputError, ModelError.

    start: the first one, from 0. count: how many at most, by default all that follow.
    """
    own = None if ticks is not None else read_recording(task.folder, task.demo)
    if ticks is None and own is None:
        raise InputError(f"{task.name} has no recording: send ticks, a list of inputs.")
    every = own.ticks if own else ticks
    if not isinstance(every, list | tuple) or not 0 < len(every) <= MOST:
        raise InputError(f"ticks must be a list of 1 to {MOST:,} inputs, got {shown(ticks)}.")
    first = whole("start", start, 0, len(every) - 1)
    last = len(every) if count is None else min(len(every), first + whole("count", count, 1, MOST))
    return ((number, every[number], own.truth_of(number) if own else None) for number in range(first, last))


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number between two. Raises InputError."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InputError(f"{name} must be a whole number from {least} to {most:,}, got {shown(value)}.")
    return value


def decided(task: Task, number: int, inputs: Any, truth: str | None = None) -> Tick:
    """The decision of one tick, from its inputs on, and how long it took. Raises InputError that names the tick."""
    begun = time.perf_counter()
    raw = checked(task, number, inputs)
    prediction = task.predict_some([raw])[0]
    decision = task.demo.decision.decide(prediction) if task.demo.decision else None
    return Tick(number, prediction, decision, round((time.perf_counter() - begun) * 1000, 3), truth)


def checked(task: Task, number: int, inputs: Any) -> Raw:
    """The checked input of one tick. Raises InputError that names it."""
    try:
        return task.parse(inputs)
    except InputError as error:
        raise InputError(f"Tick {number}: {error}") from None
