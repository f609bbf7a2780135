"""The rows that a model knows, and how others compare with them: its reference rows, or its held-out ones."""

import weakref
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from .. import demo
from ..errors import InputError
from ..task import Task
from ..types import Raw
from . import drift, traits
from .checking import check_chunk
from .drift import Drifts
from .mapping import check, guess
from .results import Answers, answers
from .source import Source, open_source
from .traits import Trait

MOST = {"image": 300, "audio": 100, "text": 2_000}
"""Rows of a reference, fewer of what takes longer; of tables ROWS."""
ROWS = 5_000


@dataclass(frozen=True, eq=False)
class Known:
    """Rows that a model knows. called: what they are, for people."""

    called: str
    raws: Sequence[Raw]


_of: "weakref.WeakKeyDictionary[Task, Known]" = weakref.WeakKeyDictionary()
_answers: "weakref.WeakKeyDictionary[Known, Answers]" = weakref.WeakKeyDictionary()


def known(task: Task) -> Known:
    """What a model brings; without any rows where it brings none. Raises ModelError."""
    if task not in _of:
        most = min(MOST.get(field.kind, ROWS) for field in task.demo.inputs)
        if task.demo.background:
            _of[task] = Known("the model's reference rows", task.background[:most])
        else:
            _of[task] = Known("the model's held-out rows", held_out(task, most))
    return _of[task]


def held_out(task: Task, most: int) -> list[Raw]:
    """The first of the labelled rows that a model brings."""
    path = demo.file(task.folder, task.demo, task.demo.evaluation) if task.demo.evaluation else None
    return first(task, open_source(path), most) if path else []


def first(task: Task, source: Source, most: int) -> list[Raw]:
    """Of the first rows of a file those that are inputs. Raises InputError."""
    with closing(source.chunks(most)) as chunks:  # type: ignore[type-var]  # generators all
        chunk = next(iter(chunks), None)
    return check_chunk(task.demo, guess(task.demo, source.columns), chunk).raws if chunk else []


def of_file(task: Task, source: Source, called: str) -> Known:
    """The first rows of a file, to compare with. called: what it is, for people. Raises InputError."""
    check(task.demo, source.columns, guess(task.demo, source.columns))
    raws = first(task, source, min(MOST.get(field.kind, ROWS) for field in task.demo.inputs))
    if not raws:
        raise InputError(f"{called} has no row that the model can take.")
    return Known(called, raws)


def compared(
    task: Task,
    raws: Sequence[Raw],
    found: Answers | None = None,
    reference: Known | None = None,
    embedded: bool = True,
) -> Drifts:
    """How rows are distributed beside those that the model knows, and their answers, if they are at hand.

    embedded: also as the model sees them, which takes a forward pass for each.
    """
    from .embedding import seen  # with torch

    reference = reference or known(task)
    most = min(MOST.get(field.kind, ROWS) for field in task.demo.inputs)
    some = spread(raws, most)
    before, now = reference.raws, [raws[int(place)] for place in some]
    old, new = (traits.of_inputs(task.demo.inputs, each) for each in (before, now))
    words = [pair for each in task.demo.inputs if each.kind == "text" for pair in [vocabulary(each.name, before, now)]]
    extra: list[list[Trait]] = [[pair[side] for pair in words if pair] for side in (0, 1)]
    if found is not None and before:
        if reference not in _answers:
            _answers[reference] = answers(task, before)
        old += traits.of_answers(_answers[reference], task.demo.unit)
        new += [trait.at(some) for trait in traits.of_answers(found, task.demo.unit)]
    others = [each for pair in zip(*extra, strict=True) for each in drift.of(*pair)]
    others += seen(task, before, now) if embedded else []
    compared = drift.drifts(old, new, reference.called, others)
    return replace(compared, known=len(before), rows=len(now))


def spread(raws: Sequence[Raw], most: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Places of at most so many rows, evenly spread: the first ones may be of one day."""
    return np.unique(np.linspace(0, len(raws) - 1, min(most, len(raws))).astype(np.intp)) if len(raws) else np.arange(0)


def vocabulary(field: str, before: Sequence[Raw], now: Sequence[Raw]) -> tuple[Trait, Trait] | None:
    """Percent of a text's words that one half of the reference texts does not have: of the other half, and of the new
    ones. Another language, or another subject, has more.
    """
    texts = [[str(raw[field]).casefold().split() for raw in raws] for raws in (before[::2], before[1::2], now)]
    words = {word.strip(MARKS) for text in texts[0] for word in text}
    if not words:
        return None
    shares = [
        [100 * sum(word.strip(MARKS) not in words for word in text) / max(len(text), 1) for text in some]
        for some in texts[1:]
    ]
    named = f"{field}_new_words", "Words that the known texts do not have"
    old, new = (Trait(*named, "number", traits.floats(each), "%") for each in shares)
    return old, new


MARKS = ".,;:!?\"'()[]“”‘’…-–—"
