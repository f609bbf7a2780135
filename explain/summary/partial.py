"""Partial dependence and ICE: what becomes of the scores when one column alone is set to one value after the other.

scikit-learn's definition and grid (`sklearn.inspection.partial_dependence`, method "brute"), asked of `Task.scores`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.accelerator import patiently
from inference.errors import InputError
from inference.fields import CategoryField, Field, NumberField
from inference.task import Task
from inference.types import ItemTarget, Raw, Target

from ..types import Progress
from .records import Partial

ROWS, STEPS, CHOICES = 100, 20, 24
"""Rows that are asked, values of a number, and categories at most: 2,400 evaluations a column."""
CURVES = 40
"""Rows that are drawn by themselves."""
EDGES = (0.05, 0.95)
"""Quantiles of the column between which a number is moved, scikit-learn's own."""


def partials(
    task: Task, raws: Sequence[Raw], targets: Sequence[Target], columns: Sequence[str], rows: int = ROWS
) -> Iterator[Progress | Partial]:
    """How far it has come, in evaluations, and the Partial of each column in turn; columns of other kinds are left out.

    raws: checked inputs, in random order; the first `rows` are asked. Closing the stream ends the work.
    """
    fields = [field for field in task.demo.inputs if field.name in columns and isinstance(field, Column)]
    some, done = list(raws[:rows]), 0
    grids = {field.name: grid(field, [raw[field.name] for raw in raws]) for field in fields}
    total = len(some) * sum(map(len, grids.values()))
    for field in sorted(fields, key=lambda field: columns.index(field.name)):
        asked: list[NDArray[np.float64]] = []
        for value in grids[field.name]:
            asked.append(patiently(task.scores, [{**raw, field.name: value} for raw in some], targets))
            done += len(some)
            yield Progress(done, total)
        if asked:
            yield of_scores(field, grids[field.name], np.stack(asked), targets)


Column = NumberField | CategoryField


def of_scores(field: Field, values: list[Any], scores: NDArray[np.float64], targets: Sequence[Target]) -> Partial:
    """The record of one column: scores float64[grid, rows, targets]."""
    return Partial(
        id=field.name,
        label=field.label,
        unit=field.unit,
        grid=tuple(values),
        items=tuple(each.item for each in targets if isinstance(each, ItemTarget)),
        means=tuple(tuple(row) for row in scores.mean(1).T.tolist()),
        curves=tuple(tuple(row) for row in scores[:, :CURVES, 0].T.tolist()),
        rows=scores.shape[1],
        evaluations=scores.shape[0] * scores.shape[1],
    )


def grid(field: Column, held: Sequence[Any]) -> list[Any]:
    """The values that a column is set to: the categories, or numbers evenly between EDGES, or all where they are few.

    Raises InputError where no row says what stands in the column.
    """
    if isinstance(field, CategoryField):
        common = {name for name, _ in Counter(held).most_common(CHOICES)}
        return [name for name in (*field.choices, *sorted(common - set(field.choices))) if name in common]
    numbers = np.array(held, np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        raise InputError(f"{field.label} is not known of any row.")
    few = np.unique(numbers)
    if len(few) < STEPS:
        return [float(value) for value in few]
    from scipy.stats.mstats import mquantiles

    low, high = mquantiles(numbers, prob=EDGES)
    return [float(value) for value in (np.linspace(low, high, STEPS) if high > low else [low])]
