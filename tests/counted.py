"""A model that counts what it is asked, behind what is known of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from explain import Explanation
from explain.known import Known
from inference.fields import NumberField
from inference.functions import from_function
from inference.serving.callers import Caller, asking
from inference.task import Task

FIELDS = [NumberField(name=name, label=name) for name in "abcdefghijkl"]
EXAMPLE, PRIVATE = ({field.name: float(i + more) for i, field in enumerate(FIELDS)} for more in (1, 2))
ANN, BEN, NOBODY = Caller("10.0.0.1", "ann"), Caller("10.0.0.1", "ben"), Caller("10.0.0.1")


class Counted:
    """A function that knows how many records it was asked about; `weight` stands for its weights."""

    def __init__(self, weight: float = 1.0) -> None:
        self.asked, self.weight = 0, weight

    def __call__(self, records: list[dict[str, Any]]) -> list[float]:
        self.asked += len(records)
        return [self.weight * each["a"] * each["b"] + each["c"] for each in records]


def model(counted: Counted, name: str = "counted") -> Task:
    """A model with one example."""
    about = {
        "task": "tabular-regression",
        "title": "Counted",
        "summary": "A product.",
        "fields": [field.to_json() for field in FIELDS],
        "examples": [{"title": "One", "inputs": EXAMPLE}],
    }
    rows = [{field.name: 0.0 for field in FIELDS}]
    return from_function(counted, about, name=name, background=rows)


@contextmanager
def by(caller: Caller) -> Iterator[None]:
    """Asked by a caller."""
    token = asking.set(caller)
    try:
        yield
    finally:
        asking.reset(token)


class Asked:
    """A model behind what is known of it, and what asking costs."""

    def __init__(self, counted: Counted | None = None) -> None:
        self.counted, self.known = counted or Counted(), Known()
        self.task = model(self.counted)

    def __call__(self, inputs: Any, caller: Caller = ANN, **asked: Any) -> tuple[list[Explanation], int]:
        """The stream, and how many records the model was asked about for it."""
        before = self.counted.asked
        with by(caller):
            found = list(self.known.explain_stream(self.task, inputs, **asked))
        return found, self.counted.asked - before
