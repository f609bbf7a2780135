"""The tables of a model card: every measure of every model on every part, with its bootstrap interval.

Knows no particular measure and no model; prints Markdown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .bootstrap import percentiles, samples

Predict = Callable[[pd.DataFrame], NDArray[np.float64]]
"""One answer for each row of a table: a probability, or a value in its own unit."""


@dataclass(frozen=True)
class Measure:
    """A figure from what was true and what was answered, one of each a row, and how it is printed with its interval."""

    of: Callable[[NDArray[Any], NDArray[np.float64]], float]
    form: str = "{:.3f} ({:.3f} to {:.3f})"


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows with equal keys as a Markdown table; the keys are its head."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(row.values() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(
    models: Mapping[str, Predict],
    parts: Mapping[str, pd.DataFrame],
    truth: str,
    measures: Mapping[str, Measure],
    together: str | None = None,
) -> None:
    """Print each measure with the 2.5th and 97.5th percentile of 2,000 samples of the rows, the same for all models.

    together: the column whose equal rows are drawn together, where rows are not independent.
    """
    rows = []
    for model, predict in models.items():
        for part, data in parts.items():
            owners = None if together is None else data[together].to_numpy()
            cells = quoted(data[truth].to_numpy(), predict(data), measures.values(), together=owners)
            rows.append({"model": model, "part": part} | dict(zip(measures, cells, strict=True)))
    print(table(rows))


def quoted(
    truth: NDArray[Any],
    answers: NDArray[np.float64],
    measures: Iterable[Measure],
    count: int = 2000,
    together: NDArray[Any] | None = None,
) -> list[str]:
    """Each measure with its interval, as text. together: what each row belongs to, which is drawn whole."""
    draws = list(samples(np.arange(len(truth)) if together is None else together, count))
    cells = []
    for measure in measures:
        low, high = percentiles([measure.of(truth[i], answers[i]) for i in draws])
        cells.append(measure.form.format(measure.of(truth, answers), low, high))
    return cells
