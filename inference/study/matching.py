"""How far free answers agree with the truth, row by row: texts word by word, spans and boxes one by one.

Each is a count of what was said, what was true, and what was both; the F1 of a row, 2 · both / (said + true), follows.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..types import Prediction
from . import weighted
from .bootstrap import Asked, Statistic, measured
from .metrics import Metrics

IOU = 0.5
"""Overlap from which a box is found, as in PASCAL VOC (Everingham et al. 2010)."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
"""A word; of scripts without spaces, a character."""
FORMS = {
    "spans": "label@start-end, several parted by |, or a JSON list of {label, start, end}",
    "boxes": "label@x0,y0,x1,y1, several parted by |, or a JSON list of {label, box: [x0, y0, x1, y1]}",
}
"""How a cell of the truth is written; [] where there is nothing to be found."""
KEYS = {"spans": ("start", "end"), "boxes": ("box",)}

Counts = NDArray[np.float64]
"""float64[rows, 3]: what was said, what was true, what was both; NaN where the truth is not known."""
Place = tuple[str, tuple[float, ...]]
"""A label and where it is: start and end, or the corners of a box."""


def f1(counts: Counts) -> NDArray[np.float64]:
    """Of each row, 0 to 1; 1 where nothing was said and nothing was true."""
    said, true, both = counts.T
    return np.where(said + true == 0, 1.0, 2 * both / np.where(said + true == 0, 1.0, said + true))


def of_texts(said: Sequence[Any], truth: Sequence[Any]) -> Counts:
    """Words, however often each (Rajpurkar et al. 2016, "SQuAD", section 6.1, without its list of articles)."""
    return counted([None if true is None else words(one, true) for one, true in zip(said, truth, strict=True)])


def words(said: str, true: str) -> tuple[int, int, int]:
    """The words of two texts, and those in both."""
    a, b = (Counter(WORD.findall(str(each).casefold())) for each in (said, true))
    return a.total(), b.total(), (a & b).total()


def of_places(kind: str, predictions: Sequence[Prediction], truth: Sequence[Any]) -> Counts:
    """Spans, found where label and ends are the true ones (Tjong Kim Sang & De Meulder 2003, "CoNLL-2003"), or boxes,
    found where the label is the true one and the overlap at least a half, the likeliest boxes first."""
    rows = []
    for prediction, cell in zip(predictions, truth, strict=True):
        true = None if cell is None else places(kind, cell)
        said = [place for item in prediction.items for place in [place_of(kind, item.id)] if place]
        rows.append(None if true is None else (len(said), len(true), matched(kind, said, true)))
    return counted(rows)


def counted(rows: Sequence[tuple[int, int, int] | None]) -> Counts:
    """Counts of rows as an array; None of a row whose truth is not known."""
    return np.array([(np.nan,) * 3 if row is None else row for row in rows], np.float64).reshape(-1, 3)


def places(kind: str, cell: Any) -> list[Place] | None:
    """What is true of a row, out of its cell; None where it cannot be read."""
    try:
        given = json.loads(cell) if isinstance(cell, str) and cell.lstrip().startswith("[") else cell
        if isinstance(given, list):
            ends = [[end for key in KEYS[kind] for end in np.atleast_1d(each[key])] for each in given]
            found = [(str(each["label"]), tuple(map(float, end))) for each, end in zip(given, ends, strict=True)]
            return found if all(len(place) == LENGTHS[kind] for _, place in found) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    parts = [place_of(kind, each.strip()) for each in re.split(r"[|;]", str(cell)) if each.strip()]
    return None if None in parts else [part for part in parts if part]


LENGTHS = {"spans": 2, "boxes": 4}
ENDS = {"spans": "-", "boxes": ","}


def place_of(kind: str, id: str) -> Place | None:
    """A label and its place out of an item's id; None of an item that has none, as "no answer"."""
    label, _, ends = id.rpartition("@")
    try:
        place = tuple(float(end) for end in ends.split(ENDS[kind]))
    except ValueError:
        return None
    return (label, place) if label and len(place) == LENGTHS[kind] else None


def matched(kind: str, said: Sequence[Place], true: Sequence[Place]) -> int:
    """How many of them were found, each once."""
    if kind == "spans":
        return (Counter(said) & Counter(true)).total()
    left, found = list(true), 0
    for label, box in said:
        best = max((each for each in left if each[0] == label), key=lambda each: overlap(box, each[1]), default=None)
        if best and overlap(box, best[1]) >= IOU:
            left.remove(best)
            found += 1
    return found


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width, height = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    both = max(0.0, width) * max(0.0, height)
    sizes = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / (sum(sizes) - both) if both else 0.0


def text_metrics(said: Sequence[Any], truth: Sequence[Any], clusters: Any = None) -> Metrics:
    """F1 over words, and the share of texts that are the true one; clusters as for `measured`. The naive rival always
    says the commonest true text. Raises InputError."""
    known = [i for i, true in enumerate(truth) if true is not None]
    if not known:
        raise InputError("No row has a true text: name the column that holds it.")
    true, own = [truth[i] for i in known], [said[i] for i in known]
    usual = [Counter(true).most_common(1)[0][0]] * len(true)
    scores = {
        "F1 over words": [f1(of_texts(each, true)) for each in (own, usual)],
        "Exact match": [np.array([same(*pair) for pair in zip(each, true, strict=True)]) for each in (own, usual)],
    }
    asked = [Asked(name, float(a.mean()), weighted.mean_of(a), weighted.mean_of(b)) for name, (a, b) in scores.items()]
    belongs = None if clusters is None else np.asarray(clusters)[known]
    measures = tuple(measured(asked, len(known), None, belongs))
    return Metrics("text", len(known), measures, "always the commonest true text", left_out(len(truth) - len(known)))


def same(said: str, true: str) -> bool:
    """Whether two texts have the same words in the same order."""
    return WORD.findall(str(said).casefold()) == WORD.findall(str(true).casefold())


def place_metrics(kind: Any, counts: Counts, clusters: Any = None) -> Metrics:
    """F1, precision and recall over all that was said and all that is true. The naive rival finds nothing.

    Raises InputError.
    """
    known = np.isfinite(counts[:, 0])
    if not known.any():
        raise InputError(f"No row has a truth that can be read; write {FORMS[kind]}.")
    rows, belongs = counts[known], None if clusters is None else np.asarray(clusters)[known]
    said, true, both = rows.T
    how = "label and ends" if kind == "spans" else "label and IoU ≥ 0.5"
    shares = {"F1": (2 * both, said + true), "Precision": (both, said), "Recall": (both, true)}
    one = np.ones((1, len(rows)))
    asked = [
        Asked(f"{name} ({how})", float(share(*pair)(one)[0]), share(*pair), nothing) for name, pair in shares.items()
    ]
    notes = left_out(int((~known).sum()))
    return Metrics(kind, len(rows), tuple(measured(asked, len(rows), None, belongs)), "nothing is found", notes)


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Statistic:
    """A share of two counts of all rows together; 0 of nothing."""

    def found(held: NDArray[np.float64]) -> NDArray[np.float64]:
        total = held @ whole
        return (held @ part) / np.where(total > 0, total, 1)

    return found


def nothing(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """What finding nothing scores."""
    return np.zeros(len(held))


def left_out(rows: int) -> tuple[str, ...]:
    """What a reader should know of rows without a truth."""
    return (f"{rows:,} rows without a truth that can be read are left out.",) if rows else ()
