"""A study with a truth as what can be measured of it: which measures suit, and the rows they are about.

What suits follows from the kind of output and from the truth, never from the task by name.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..task import Task
from . import anomalies, curves, grouping, labels, matching, ranking, values
from .clusters import count
from .metrics import Metrics
from .reading import Study

Suit = Literal["labels", "value", "ranking", "clusters", "anomaly", "text", "spans", "boxes"]

SPLITS = ("split", "part", "set", "subset")
"""What a column that says which rows the model was trained on is often called."""
TRAINING = "train"
"""How its cells begin where it was."""


def suit(task: Task, study: Study) -> Suit:
    """What can be measured. Raises InputError where nothing can, and says what is missing."""
    if task.kind == "labels" and not task.supervised:
        return "clusters"
    if study.results.truth is None:
        raise InputError("To measure how right the model is, name the column that holds the truth.")
    if task.kind == "value" and two_kinds(study) is not None:
        return "anomaly"
    predictions = study.results.answers.predictions
    if predictions and predictions[0].text is not None:
        return "text"  # of spans, too, what they amount to
    return "labels" if task.kind == "action" else task.kind


def two_kinds(study: Study) -> tuple[str, NDArray[np.bool_]] | None:
    """Where the truth has two values, however they are written, the rarer one and which rows have it; else None."""
    cells = study.results.rows[study.columns.truth].astype(str).str.strip().to_numpy(object).astype(str)
    kinds, counts = np.unique(cells, return_counts=True)
    if len(kinds) != 2 or "" in kinds:
        return None
    rare = str(kinds[counts.argmin()])
    return rare, np.asarray(cells == rare, dtype=np.bool_)


def trained_on(study: Study) -> NDArray[np.bool_] | None:
    """Which rows the file says the model was trained on; None where it does not tell both kinds apart."""
    rows = study.results.rows
    for name in rows.columns:
        if str(name).lower() in SPLITS:
            train = rows[name].astype(str).str.lower().str.startswith(TRAINING).to_numpy(bool)
            if train.any() and not train.all():
                return train
    return None


@dataclass(frozen=True)
class Case:
    """One label, or what is anomalous, against all else: truth bool[rows], scores float64[rows] of it, and the places
    of the rows in the study. probability: whether the scores are."""

    name: str
    truth: NDArray[np.bool_]
    scores: NDArray[np.float64]
    places: NDArray[np.intp]
    probability: bool


def positive_of(task: Task, study: Study) -> str:
    """The label that a threshold is about: that of the decision rule, or the rarer true one."""
    items, rule = list(study.results.answers.items), task.demo.decision
    if rule and rule.of in items:
        return rule.of
    truth = [str(each) for each in study.results.truth if each is not None]  # type: ignore[union-attr]  # by `suit`
    return min((item for item in items if item in truth), key=lambda item: (truth.count(item), item), default=items[0])


def case_of(task: Task, study: Study, positive: str | None = None) -> Case | None:
    """One label against all others, of the rows not trained on; None where no threshold applies. Raises InputError."""
    kind, places, answers = suit(task, study), held(study), study.results.answers
    if kind == "anomaly":
        rare, truth = two_kinds(study) or ("", np.zeros(0, dtype=np.bool_))  # there are two, by `suit`
        return Case(rare, truth[places], answers.scores[places, 0], places, False)
    if kind != "labels":
        return None
    items, name = list(answers.items), positive or positive_of(task, study)
    if name not in items:
        raise InputError.among("label", name, items)
    true = true_labels(study)
    places = places[np.isin(true[places], items)]
    scores = np.nan_to_num(answers.scores[places, items.index(name)])
    mine = np.asarray(true[places] == name, dtype=np.bool_)
    return Case(name, mine, scores, places, task.scale == "probability") if len(places) else None


def true_labels(study: Study) -> NDArray[np.str_]:
    """The truth as texts, str[rows]; empty where there is none."""
    assert study.results.truth is not None  # by `suit`
    return np.array(["" if each is None else str(each) for each in study.results.truth], dtype=np.str_)


def confusion(task: Task, study: Study) -> curves.Confusion | None:
    """Which labels are taken for which, of the rows whose truth the model knows; None of other outputs."""
    if suit(task, study) != "labels":
        return None
    items, true, places = study.results.answers.items, true_labels(study), held(study)
    places = places[np.isin(true[places], items)]
    return curves.confusion(true[places].tolist(), study.results.answers.predicted[places].tolist(), items)


def held(study: Study) -> NDArray[np.intp]:
    """The places of the rows that the model was not trained on, as far as the file tells."""
    train = trained_on(study)
    return np.arange(len(study.results.raws)) if train is None else np.flatnonzero(~train)


def metrics(task: Task, study: Study, places: NDArray[np.intp] | None = None, positive: str | None = None) -> Metrics:
    """The measures of some rows, by default of all that the model was not trained on. Raises InputError."""
    at = held(study) if places is None else places
    found, belongs = measures(task, study, at, positive), clusters_at(study, at)
    return found if belongs is None else replace(found, cluster=study.columns.cluster, clusters=count(belongs))


def clusters_at(study: Study, places: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """What some rows belong to; None where they have nothing to do with one another."""
    return None if study.results.clusters is None else study.results.clusters[places]


def measures(task: Task, study: Study, at: NDArray[np.intp], positive: str | None) -> Metrics:
    """The measures that suit. Raises InputError."""
    kind, answers, belongs = suit(task, study), study.results.answers, clusters_at(study, at)
    truth = None if study.results.truth is None else study.results.truth[at]
    if kind == "clusters":
        points = as_read(task, study, at)
        return grouping.of_groups(points, answers.predicted[at], truth, names=answers.items, clusters=belongs)
    assert truth is not None  # by `suit`
    if kind == "labels":
        scores = np.nan_to_num(answers.scores[at])
        about = positive or positive_of(task, study)
        return labels.of_labels(truth, answers.predicted[at], scores, answers.items, about, clusters=belongs)
    if kind == "anomaly":
        _, rare = two_kinds(study) or ("", np.zeros(0, dtype=np.bool_))  # there are two, by `suit`
        return anomalies.of_anomalies(rare[at], answers.scores[at, 0], clusters=belongs)
    if kind == "ranking":
        suggested = [[item.id for item in answers.predictions[i].items] for i in at]
        items = list(getattr(task, "positions", answers.items))
        return ranking.of_rankings([chosen(cell) for cell in truth], suggested, items, clusters=belongs)
    if kind == "text":
        return matching.text_metrics(answers.predicted[at].tolist(), truth.tolist(), belongs)
    if kind in ("spans", "boxes"):
        return matching.place_metrics(kind, places_at(study, kind, at), belongs)
    return values.of_values(truth, answers.predicted[at], task.demo.unit, clusters=belongs)


def places_at(study: Study, kind: str, places: NDArray[np.intp]) -> matching.Counts:
    """How the spans or boxes of some rows agree with the true ones."""
    results = study.results
    assert results.truth is not None  # by `suit`
    return matching.of_places(kind, [results.answers.predictions[i] for i in places], results.truth[places].tolist())


def chosen(cell: Any) -> list[str]:
    """The ids in a cell: a JSON list, or parted by `|` or `;`."""
    text = "" if cell is None else str(cell).strip()
    if text.startswith("["):
        try:
            return [str(each) for each in json.loads(text)]
        except (ValueError, RecursionError):
            raise InputError(f"The truth must be ids as a JSON list or parted by |, got {text[:60]!r}.") from None
    return [part.strip() for part in text.replace(";", "|").split("|") if part.strip()]


def as_read(task: Task, study: Study, places: NDArray[np.intp]) -> NDArray[np.float64]:
    """The numbers of some rows as the model reads them, brought to one scale, float64[rows, columns].

    Raises InputError where there is none.
    """
    numbers = task.encode([study.results.raws[i] for i in places]).get("numbers")
    if numbers is None or not numbers.shape[1]:
        raise InputError("Groups are measured on columns of numbers, and the rows have none.")
    found: NDArray[np.float64] = numbers.double().numpy()
    return found
