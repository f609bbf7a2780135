"""Rows of a file to open: those in one cell of the confusion matrix, the worst first."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError
from inference.serving.admission import PREDICTING
from inference.study import evaluation, inspection
from inference.study.queries import select
from inference.units import number, quantity

from .section import Judged, Section, card, link, nothing, table

LISTED = 50
"""Rows that are listed; all are counted."""
CLIPPED = 90
"""Characters of an input that are quoted."""


def shown(judged: Judged) -> str:
    """A place for rows that are asked for."""
    return ""


def asked(judged: Judged, asked: dict[str, Any]) -> Iterator[str]:
    """The rows of a slice, {query}, or that the confusion matrix counts in a cell, {truth, predicted}, or
    {label, threshold, true, flagged}; the page sends its threshold with each.
    """
    if "query" in asked:
        yield of_query(judged, str(asked["query"]))
    elif "predicted" in asked:
        yield of_labels(judged, str(asked.get("truth")), str(asked["predicted"]))
    else:
        yield at_threshold(judged, asked)


def of_query(judged: Judged, query: str) -> str:
    """The rows that a query is true of, those with the largest loss first."""
    study, held = judged.study, evaluation.held(judged.study)
    mask = select(query, inspection.traits_of(judged.task, study)) if query else np.ones(len(study.results.raws), bool)
    mine = held[mask[held]]
    found = inspection.losses_of(judged.task, study)
    lost = found.values[mine]
    order = mine[np.argsort(-np.nan_to_num(lost, nan=-1.0), kind="stable")]
    numbers, unit = study.results.rows.index, judged.task.demo.unit
    rows = [
        (
            opened(judged, int(numbers[place])),
            f"{escape(study.truth(int(numbers[place])) or '–')} {OFF if found.shares and found.values[place] else ''}",
            escape(told(study.results.answers.predicted[place], unit)),
            escape(summary(judged, place)),
        )
        for place in order[:LISTED].tolist()
    ]
    title = f"{len(mine):,} row{'' if len(mine) == 1 else 's'} where {query}"
    body = table(("Row", "Truth", "Predicted", "Input"), rows, "listing", title) if rows else ""
    more = f" The {LISTED} that are furthest off are listed." if len(mine) > LISTED else ""
    return card(title, body, f"Open one to see why.{more}" if rows else "There is no such row.", "rows")


OFF = '<span class="sign caution" title="predicted otherwise" aria-label="predicted otherwise">!</span>'


def told(predicted: Any, unit: str | None) -> str:
    """A prediction in a cell."""
    return str(predicted) if isinstance(predicted, str) else quantity(float(predicted), unit)


def at_threshold(judged: Judged, asked: dict[str, Any]) -> str:
    """Rows by whether they are true and whether they are flagged at a threshold."""
    case = evaluation.case_of(judged.task, judged.study, asked.get("label") or None)
    if case is None or not isinstance(asked.get("threshold"), int | float):
        raise InputError("These rows have no threshold; measure the file again.")
    true, flagged = bool(asked.get("true")), bool(asked.get("flagged"))
    mine = (case.truth == true) & ((case.scores >= asked["threshold"]) == flagged)
    places = np.flatnonzero(mine)
    furthest = np.argsort(-np.abs(case.scores[places] - asked["threshold"]), kind="stable")
    name, done = f"“{case.name}”", "flagged" if flagged else "not flagged"
    said = f"{name if true else f'not {name}'} and {done} at {quantity(asked['threshold'])}"
    return listing(judged, said, case.places[places[furthest]], case.scores[places[furthest]], case.name)


def of_labels(judged: Judged, truth: str, predicted: str) -> str:
    """Rows by their true and their predicted label."""
    answers, held = judged.study.results.answers, evaluation.held(judged.study)
    true = judged.study.results.truth
    if true is None:
        raise InputError("The file names no truth.")
    mine = [i for i in held if str(true[i]) == truth and str(answers.predicted[i]) == predicted]
    scores = answers.scores[mine].max(1) if mine else np.zeros(0)
    order = np.argsort(-scores, kind="stable")
    said = f"truly “{truth}”, predicted “{predicted}”"
    return listing(judged, said, np.array(mine, dtype=np.intp)[order], scores[order], predicted)


def listing(judged: Judged, said: str, places: NDArray[np.intp], scores: NDArray[np.float64], of: str) -> str:
    """Some rows as a table; each opens as a case."""
    some = list(zip(places[:LISTED].tolist(), scores[:LISTED].tolist(), strict=True))
    numbers = judged.study.results.rows.index
    rows = [
        (opened(judged, int(numbers[place])), number(score), escape(summary(judged, place))) for place, score in some
    ]
    more = f" The {LISTED} most certain are listed." if len(places) > LISTED else ""
    title = f"{len(places):,} row{'' if len(places) == 1 else 's'} {said}"
    body = table(("Row", f"Score of {escape(of)}", "Input"), rows, "listing", title) if rows else ""
    return card(title, body, f"Open one to see why.{more}" if rows else "There is no such row.", "rows")


def opened(judged: Judged, row: int) -> str:
    """The link to a row."""
    return link(judged.row(row), f"{row:,}", f"Open row {row:,}")


def summary(judged: Judged, place: int) -> str:
    """An input in a line: its text, or its first fields."""
    raw = judged.study.results.raws[place]
    parts = [f"{field.label} {text(raw[field.name])}" for field in judged.task.demo.inputs if field.name in raw]
    if len(parts) == 1:
        (field,) = (field for field in judged.task.demo.inputs if field.name in raw)
        return clipped(text(raw[field.name]))
    return clipped(" · ".join(parts))


def text(value: Any) -> str:
    """A value in a few characters."""
    if isinstance(value, float | int):
        return "–" if value != value else f"{value:g}"
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(map(str, value))
    return f"{value.width} × {value.height} pixels" if hasattr(value, "getbands") else type(value).__name__.lower()


def clipped(text: str) -> str:
    """A text cut to a line."""
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED].rstrip()}…"


SECTION = Section("rows", shown, asked, nothing, PREDICTING)
