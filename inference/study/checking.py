"""The rows of a chunk as checked inputs of a model, and what is wrong with those that are none.

One definition of right and wrong: a field's own `parse`. What a field can tell at a glance for a whole column
(`Field.sure`) does not go through it cell by cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any

from ..demo import Demo
from ..errors import InputError
from ..fields import AnyField
from ..types import Raw, Record
from .cells import given
from .mapping import Columns
from .source import Chunk


@dataclass(frozen=True)
class Problem(Record):
    """What is wrong with a row, from 1, in a column; an empty column stands for the whole row."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Checked:
    """The rows of a chunk that are inputs, as `raws`; `places` are theirs in the chunk, `problems` the others'."""

    places: list[int]
    raws: list[Raw]
    problems: list[Problem]


def check_chunk(about: Demo, columns: Columns, chunk: Chunk, fits: Callable[[Raw], None] | None = None) -> Checked:
    """The inputs of a chunk. What does not fit is told, never raised; the constants' faults are (InputError).

    fits: what no field can tell by itself, `Task.fits`; raises InputError.
    """
    count = len(chunk.rows)
    problems = [Problem(row, "", message) for row, message in chunk.broken.items()]
    wrong = [False] * count
    values: dict[str, Sequence[Any]] = {}
    for each in about.inputs:
        column = columns.fields.get(each.name)
        if column is None:
            same = columns.constants.get(each.name, each.default if each.role == "setting" else None)
            values[each.name] = [each.parse(given(each, same))] * count
            continue
        values[each.name], faults = parsed(each, chunk.cells[column])
        for place, message in faults.items():
            wrong[place] = True
            problems.append(Problem(chunk.rows[place], column, message))
    names = list(values)
    raws = [dict(zip(names, row, strict=True)) for row in zip(*values.values(), strict=True)]
    places = [*compress(range(count), map(not_, wrong))]
    for place, message in misfits(fits, raws, places).items() if fits else ():
        wrong[place] = True
        problems.append(Problem(chunk.rows[place], "", message))
    if any(wrong):
        places = [place for place in places if not wrong[place]]
        raws = [raws[place] for place in places]
    return Checked(places, raws, sorted(problems, key=lambda problem: problem.row))


def misfits(fits: Callable[[Raw], None], raws: Sequence[Raw], places: Sequence[int]) -> dict[int, str]:
    """What is wrong with inputs whose fields are all right, by their places."""
    faults = {}
    for place in places:
        try:
            fits(raws[place])
        except InputError as error:
            faults[place] = str(error)
    return faults


def parsed(field: AnyField, cells: Sequence[Any]) -> tuple[list[Any], dict[int, str]]:
    """The checked values of a column, and by its place what is wrong with a cell, whose value is None."""
    values, sure = field.sure(cells)
    faults: dict[int, str] = {}
    for place in compress(range(len(cells)), map(not_, sure)):
        try:
            values[place] = field.parse(given(field, cells[place]))
        except InputError as error:
            values[place], faults[place] = None, str(error)
    return values, faults
