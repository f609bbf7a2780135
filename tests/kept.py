"""What the tests of the history share: an answer to keep."""

from typing import Any

from inference.history.entry import Entry, Mark, agrees
from inference.history.history import History
from inference.types import Item, Prediction

RAW = {"income": 40.0, "job": "nurse"}
INPUTS = '{"income": 40.0, "job": "nurse"}'


def labels(**scores: float) -> Prediction:
    """A prediction of labels, the likeliest first."""
    order = sorted(scores.items(), key=lambda each: -each[1])
    return Prediction("labels", "probability", tuple(Item(name, name, score) for name, score in order))


YES = labels(yes=0.75, no=0.25)


def keep(history: History, **changes: Any) -> str:
    """Keep an answer; its id."""
    given = {"model": "m", "revision": "r1", "raw": RAW, "inputs": INPUTS, "prediction": YES}
    given |= {"decision": "go", "ms": 1.5}
    return history.keep(**{**given, **changes})


def entry(inputs: Any, prediction: Prediction = YES, mark: Mark | None = None, id: str = "a") -> Entry:
    """An answer as it is kept; agreed by its mark."""
    agreed = None if mark is None else agrees(prediction, mark)
    given = {"time": 1.0, "model": "m", "revision": "r", "digest": "d", "decision": None, "ms": 1.0}
    return Entry(id=id, inputs=inputs, prediction=prediction, mark=mark, agreed=agreed, **given)
