"""How right a classifier is: scikit-learn's measures over true and predicted labels and their probabilities."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import listed
from . import weighted
from .bootstrap import Asked, Statistic, measured
from .metrics import Metrics

LISTED = 20
"""Of more labels than these, F1 is given for those with the most rows, and no area under a curve."""
BINS = 15
"""Bins of confidence, as in Guo et al. (2017)."""
WHOLE = 1e-3
"""How far the probabilities of a row may add up to something other than 1."""


class Labelled:
    """Rows with a true label that the model knows, and what the model said of them.

    truth, predicted: str[rows]; scores: float64[rows, items], in the order of `items`, ids of the labels. Raises
    InputError where the model knows none of the true labels.
    """

    def __init__(self, truth: Any, predicted: Any, scores: Any, items: Sequence[str]) -> None:
        self.items = list(items)
        places = {item: i for i, item in enumerate(self.items)}
        everything = [places.get(str(label), -1) for label in truth]
        self.known = np.array(everything, dtype=np.int64) >= 0
        if not self.known.any():
            raise InputError(unknown(truth, self.items))
        left_out = [label for label, is_known in zip(truth, self.known, strict=True) if not is_known]
        self.strange = [str(label) for label in left_out if label is not None]
        self.untold = len(left_out) - len(self.strange)
        self.truth = np.array(everything, dtype=np.int64)[self.known]
        self.predicted = np.array([places.get(str(label), -1) for label in predicted], dtype=np.int64)[self.known]
        self.scores = np.asarray(scores, dtype=np.float64)[self.known]
        self.right = self.truth == self.predicted
        self.classes = np.unique(self.truth)

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def probabilities(self) -> bool:
        """Whether the scores of every row are probabilities that add up to 1."""
        return bool(np.all(np.abs(self.scores.sum(1) - 1) < WHOLE) and self.scores.min(initial=0) >= 0)

    def notes(self) -> Iterator[str]:
        """What was left out, in words."""
        if self.strange:
            names = sorted(set(self.strange))
            named = listed([f"“{label[:40]}”" for label in names[:3]])
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            yield f"{len(self.strange):,} rows are left out: the model does not know their truth, {named}{more}."
        if self.untold:
            yield f"{self.untold:,} rows without a truth are left out."
        if len(self.classes) == 1:
            yield f"Every row is “{self.items[self.classes[0]]}”: nothing can be said of telling labels apart."


def unknown(truth: Any, items: list[str]) -> str:
    """What to say where no true label is one of the model's."""
    got = listed([f"“{label[:40]}”" for label in list(dict.fromkeys(map(str, truth)))[:3]] or ["no rows"])
    more = f" and {len(items) - 8} more" if len(items) > 8 else ""
    return f"The truth must be one of the model's labels, {', '.join(items[:8])}{more}; got {got}."


def of_labels(
    truth: Any,
    predicted: Any,
    scores: Any,
    items: Sequence[str],
    positive: str | None = None,
    clusters: Any = None,
) -> Metrics:
    """The measures of a classifier beside scikit-learn's dummy, which always says the commonest label.

    positive: the label that precision and recall are about, where there are two. Arrays as for `Labelled`, clusters as
    for `measured`.
    """
    rows = Labelled(truth, predicted, scores, items)
    share = prior(rows)
    common = int(share.argmax())
    asked = [*of_counts(rows, common), *of_chances(rows, share), *of_ranks(rows, positive), *of_classes(rows, common)]
    baseline = f"always “{rows.items[common]}”, the commonest label, with the labels' shares as probabilities"
    belongs = None if clusters is None else np.asarray(clusters)[rows.known]
    measures = tuple(measured(asked, len(rows), rows.truth, belongs))
    return Metrics("labels", len(rows), measures, baseline, tuple(rows.notes()))


def prior(rows: Labelled) -> NDArray[np.float64]:
    """The probabilities that scikit-learn's dummy gives to each item, float64[items]."""
    from sklearn.dummy import DummyClassifier

    dummy = DummyClassifier(strategy="prior").fit(np.zeros((len(rows), 1)), rows.truth)
    share = np.zeros(len(rows.items))
    share[dummy.classes_] = dummy.predict_proba([[0]])[0]
    return share


def of_counts(rows: Labelled, common: int) -> Iterator[Asked]:
    """What follows from which rows are right."""
    from sklearn.metrics import accuracy_score, recall_score

    always = rows.truth == common
    yield Asked(
        "Accuracy",
        float(accuracy_score(rows.truth, rows.predicted)),
        weighted.mean_of(rows.right),
        weighted.mean_of(always),
    )
    # balanced_accuracy_score is this, but warns where a label is predicted that is nowhere true
    balanced = recall_score(rows.truth, rows.predicted, labels=rows.classes, average="macro", zero_division=0)
    rival = weighted.mean_recall(rows.truth, always)
    yield Asked("Balanced accuracy", float(balanced), weighted.mean_recall(rows.truth, rows.right), rival)


def of_chances(rows: Labelled, share: NDArray[np.float64]) -> Iterator[Asked]:
    """What follows from the probabilities."""
    from sklearn.metrics import brier_score_loss, log_loss

    if not rows.probabilities:
        return
    given = rows.scores / rows.scores.sum(1, keepdims=True)
    labels = np.arange(len(rows.items))
    hit = given[np.arange(len(rows)), rows.truth]
    tiny = np.finfo(np.float64).eps  # as scikit-learn clips
    loss, rival = (-np.log(np.clip(each, tiny, 1 - tiny)) for each in (hit, share[rows.truth]))
    value = float(log_loss(rows.truth, given, labels=labels))
    yield Asked("Log loss", value, weighted.mean_of(loss), weighted.mean_of(rival), "lower")
    # Halved for two labels, so that it is the mean square of one probability's error, as scikit-learn has it by default
    two = len(rows.items) == 2
    squares, rivals = (
        squared(each, rows.truth) / (2 if two else 1) for each in (given, np.tile(share, (len(rows), 1)))
    )
    scored = brier_score_loss(
        rows.truth, given[:, 1] if two else given, **({"pos_label": 1} if two else {"labels": labels})
    )
    yield Asked("Brier score", float(scored), weighted.mean_of(squares), weighted.mean_of(rivals), "lower")
    confidence = given[np.arange(len(rows)), np.maximum(rows.predicted, 0)]
    off = weighted.gap(confidence, rows.right, BINS)
    yield Asked("Calibration error", float(off(np.ones((1, len(rows))))[0]), off, better="lower", biased=True)


def squared(given: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """The squared distance of each row's probabilities from its truth, float64[rows] from 0 to 2 (Brier 1950)."""
    own = given[np.arange(len(truth)), truth]
    distance: NDArray[np.float64] = (given**2).sum(1) - 2 * own + 1
    return distance


def of_ranks(rows: Labelled, positive: str | None) -> Iterator[Asked]:
    """Areas under curves: of one label, or the mean over all labels that are true and not always so."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    if len(rows.classes) < 2 or len(rows.items) > LISTED:
        return
    mine = [rows.items.index(positive)] if positive in rows.items and len(rows.items) == 2 else rows.classes.tolist()
    cases = [(rows.truth == each, rows.scores[:, each]) for each in mine]
    told = rows.items[mine[0]] if len(mine) == 1 else None
    chance: Statistic = lambda held: np.full(len(held), 0.5)  # noqa: E731
    area = np.mean([roc_auc_score(true, scores) for true, scores in cases])
    yield Asked(
        "ROC AUC", float(area), weighted.mean_over([weighted.roc_auc(*case) for case in cases]), chance, label=told
    )
    area = np.mean([average_precision_score(true, scores) for true, scores in cases])
    model = weighted.mean_over([weighted.average_precision(*case) for case in cases])
    base = weighted.mean_over([weighted.mean_of(true) for true, _ in cases])
    yield Asked("PR AUC", float(area), model, base, label=told)


def of_classes(rows: Labelled, common: int) -> Iterator[Asked]:
    """F1 of each label, those with the most rows first."""
    from sklearn.metrics import f1_score

    support = np.bincount(rows.truth, minlength=len(rows.items))
    most = [int(i) for i in np.argsort(-support, kind="stable")[:LISTED] if support[i]]
    values = f1_score(rows.truth, rows.predicted, labels=most, average=None, zero_division=0)
    for label, value in zip(most, values.tolist(), strict=True):
        true = rows.truth == label
        rival = weighted.f1(true, np.full(len(rows), label == common))
        yield Asked("F1", value, weighted.f1(true, rows.predicted == label), rival, label=rows.items[label])
