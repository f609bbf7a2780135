"""Everything a summary has, one thing after the other: rows explained, then columns changed one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from inference.device import on_device
from inference.errors import InputError
from inference.task import Task
from inference.types import ItemTarget, Raw

from ..types import Progress
from .partial import partials
from .records import Partial, Summary
from .stream import drawn, summarise

COLUMNS = 6
"""Columns that are changed one at a time, the most important ones."""


class Doing(NamedTuple):
    """What is being done, how far it is, and of how many of what."""

    words: str
    done: int
    total: int
    of: str


@on_device
def whole(task: Task, raws: Sequence[Raw], sample: int | None = None, seed: int = 0) -> Iterator[Doing | Summary]:
    """How far it has come, and ever better Summaries; the last has partial dependence where there are columns.

    raws: checked inputs; sample: how many of them are explained. Closing the stream ends the work. Raises InputError.
    """
    summary: Summary | None = None
    for part in summarise(task, raws, sample, seed):
        if isinstance(part, Summary):
            summary = part
        yield Doing("Explaining rows", part.done, part.total, "rows") if isinstance(part, Progress) else part
    if summary is None:
        raise InputError("There are no rows to explain.")
    targets = [ItemTarget(each.item) for each in summary.outputs if each.item is not None]
    columns = [each.id for each in summary.outputs[0].dependence][:COLUMNS]
    if summary.outputs[0].item is None or not columns:
        return
    order = drawn(len(raws), len(raws), seed)
    found: list[Partial] = []
    for step in partials(task, [raws[place] for place in order], targets, columns):
        if isinstance(step, Progress):
            yield Doing("Changing one column at a time", step.done, step.total, "answers")
        else:
            found.append(step)
    yield replace(summary, partial=tuple(found))
