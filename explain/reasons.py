"""What moved an answer most, in a few words for a cell of a table."""

from inference.task import Task
from inference.types import Raw
from inference.units import decimals

from .explainer import explain_all
from .wording import clipped

TOP, MOST = 3, 256
"""How many are told, and evaluations after which a row has had enough: a file has many rows."""


def top(task: Task, raw: Raw) -> list[str]:
    """The strongest reasons of a checked input's answer, as `Loan to value = 80 (+0.12)`; none of an empty answer."""
    target = task.target(task.predict_some([raw])[0])
    if target is None:
        return []
    for (found,) in explain_all(task, raw, [target]):
        if found.evaluations >= MOST:
            break
    pairs = zip(found.features, found.values, strict=True)
    strongest = sorted(((float(value), feature.label) for feature, value in pairs), key=lambda pair: -abs(pair[0]))  # type: ignore[arg-type]  # of one output
    places = decimals(max((abs(value) for value, _ in strongest), default=0))
    return [f"{clipped(label)} ({value:+,.{places}f})" for value, label in strongest[:TOP] if value]
