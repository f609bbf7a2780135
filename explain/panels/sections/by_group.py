"""What each threshold does to each group, as threshold.js draws it; and what rows belong to, for intervals."""

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.study import evaluation
from inference.study.evaluation import Case
from inference.study.fairness import named, tell
from inference.study.thresholds import Sweep, sweep

from .section import Judged

COUNTS = ("true_positive", "false_positive", "false_negative", "true_negative")


def counts(swept: Sweep, steps: Any) -> list[list[int]]:
    """What each threshold counts: true and false positives, false and true negatives."""
    at = swept.at(steps)
    return [getattr(at, name).tolist() for name in COUNTS]


def by_group(judged: Judged, case: Case, steps: Any) -> dict[str, dict[str, list[list[int]]]]:
    """The same of each group of each column, the largest first."""
    found: dict[str, dict[str, list[list[int]]]] = {}
    for column, groups in judged.study.results.groups.items():
        own = named(groups[case.places]).astype(str)
        names, rows = np.unique(own, return_counts=True)
        order = names[np.argsort(-rows, kind="stable")]
        found[called(judged, column)] = {
            str(name): counts(sweep(case.truth[own == name], case.scores[own == name]), steps) for name in order
        }
    return found


def drawn_by(judged: Judged, case: Case) -> NDArray[np.intp] | None:
    """What each row belongs to, where rows have something to do with one another."""
    return evaluation.clusters_at(judged.study, case.places)


def apart(judged: Judged) -> str:
    """What the intervals take into account."""
    column = judged.study.columns.cluster
    return f", as wide as it must be for rows that belong together by {escape(column)}" if column else ""


def sizes_of(judged: Judged, case: Case, steps: Any) -> dict[str, dict[str, dict[str, list[float]]]]:
    """How many independent rows tell as much of each rate of a group, at each threshold; empty where all rows do."""
    belongs = drawn_by(judged, case)
    if belongs is None:
        return {}
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for column, groups in judged.study.results.groups.items():
        own = named(groups[case.places]).astype(str)
        for name in np.unique(own):
            mine = own == name
            told = [tell(case.truth[mine], case.scores[mine] >= step, belongs[mine]) for step in steps]
            by_rate = {said: [round(each.get(rate, 1.0), 1) for each in told] for rate, said in SAID.items()}
            found.setdefault(called(judged, column), {})[str(name)] = by_rate
    return found


SAID = {
    "selected": "selected",
    "true_positive_rate": "recall",
    "false_positive_rate": "alarms",
    "accuracy": "accuracy",
}
"""What threshold.js calls each rate."""


def called(judged: Judged, column: str) -> str:
    """What a column is called, where the model has a field of that name."""
    return next((field.label for field in judged.task.demo.fields if field.name == column), column)
