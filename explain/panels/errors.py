"""The rows that a model is most wrong about, each with why it answered as it did."""

from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

import numpy as np

from inference.errors import InputError
from inference.study import evaluation
from inference.units import number, quantity

from ..figures import draw
from ..summary.stream import of_row
from .sections.rows import summary
from .sections.section import Judged, card

OPENED = 3
"""Errors that a report opens."""


class Mistake(NamedTuple):
    """A row by its place in the study, and in words what was said and what is true."""

    place: int
    said: str


def worst(judged: Judged, count: int = OPENED) -> list[Mistake]:
    """Wrong labels that the model was surest of, or amounts furthest off; none where no truth is known."""
    try:
        suit = evaluation.suit(judged.task, judged.study)
    except InputError:
        return []
    if suit == "value":
        return furthest(judged, count)
    return surest(judged, count) if suit == "labels" else []


def surest(judged: Judged, count: int) -> list[Mistake]:
    """Labels."""
    answers, true = judged.study.results.answers, evaluation.true_labels(judged.study)
    items = list(answers.items)
    wrong = [i for i in evaluation.held(judged.study) if true[i] in items and str(answers.predicted[i]) != true[i]]
    top = sorted(wrong, key=lambda i: -np.nanmax(answers.scores[i]))[:count]
    return [
        Mistake(
            int(i),
            f"predicted “{answers.predicted[i]}” ({number(float(np.nanmax(answers.scores[i])))}), truly “{true[i]}”",
        )
        for i in top
    ]


def furthest(judged: Judged, count: int) -> list[Mistake]:
    """Amounts."""
    results, unit = judged.study.results, judged.task.demo.unit
    truth, said = (np.asarray(each, np.float64) for each in (results.truth, results.answers.predicted))
    held = [i for i in evaluation.held(judged.study) if np.isfinite(truth[i] - said[i])]
    top = sorted(held, key=lambda i: -abs(truth[i] - said[i]))[:count]
    return [
        Mistake(int(i), f"estimated {quantity(float(said[i]), unit)}, truly {quantity(float(truth[i]), unit)}")
        for i in top
    ]


def opened(judged: Judged, mistakes: list[Mistake]) -> Iterator[str]:
    """Each as HTML, as it is explained."""
    for mistake in mistakes:
        raw: Any = judged.study.results.raws[mistake.place]
        found = of_row(judged.task, raw, [])
        if found is not None:
            figure = draw(found[0], raw)
            row = judged.study.results.rows.index[mistake.place]
            title = f"<h3>Row {row:,}: {escape(mistake.said)}</h3>"
            yield f'{title}<p class="hint">{escape(summary(judged, mistake.place))}</p>{figure.html}{figure.table}'


def section(shown: list[str]) -> str:
    """All of them."""
    said = "What the model was surest of and wrong, or furthest off, and what it went by."
    return card("Some of its errors", "".join(shown), said, "errors") if shown else ""
