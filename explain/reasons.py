"""What moved an answer most, in a few words for a cell of a table."""

from collections.abc import Iterator, Sequence

from inference.device import on_device
from inference.task import Task
from inference.types import Raw, Target
from inference.units import decimals

from .explainer import explain_all
from .rows import alike, explain_rows
from .stopping import each_enough
from .types import Explanation
from .wording import clipped

TOP, MOST = 3, 256
"""How many are told, and evaluations after which a row has had enough: a file has many rows."""


TOGETHER = 16
"""Rows of a table that are explained at once."""


@on_device
def top(task: Task, raws: Sequence[Raw]) -> list[list[str]]:
    """The strongest reasons of each input's answer, as `Loan to value = 80 (+0.12)`; none of an empty answer.

    raws: checked inputs.
    """
    return [[] if each is None else told(each) for each in explanations(task, raws)]


def explanations(task: Task, raws: Sequence[Raw]) -> Iterator[Explanation | None]:
    """One of each input's own answer, as far as reasons need it; None of an empty answer."""
    for start in range(0, len(raws), TOGETHER):
        some = raws[start : start + TOGETHER]
        asked = [task.target(task.predict_some([raw])[0]) for raw in some]
        shared = together(task, some, asked) if alike(task) else {}
        for place, (raw, target) in enumerate(zip(some, asked, strict=True)):
            yield None if target is None else shared.get(place) or alone(task, raw, target)


def together(task: Task, raws: Sequence[Raw], asked: Sequence[Target | None]) -> dict[int, Explanation]:
    """Of rows of a table, by their place; those that have to be explained by themselves are not there."""
    places = [place for place, target in enumerate(asked) if target is not None]
    targets = [[target] for target in asked if target is not None]
    *_, each = explain_rows(task, [raws[place] for place in places], targets, each_enough)
    return {place: found[0] for place, found in zip(places, each, strict=True) if found}


def alone(task: Task, raw: Raw, target: Target) -> Explanation:
    """Of one input."""
    for (found,) in explain_all(task, raw, [target]):
        if found.evaluations >= MOST:
            break
    return found


def told(found: Explanation) -> list[str]:
    """The strongest, in words."""
    pairs = zip(found.features, found.values, strict=True)
    strongest = sorted(((float(value), feature.label) for feature, value in pairs), key=lambda pair: -abs(pair[0]))  # type: ignore[arg-type]  # of one output
    places = decimals(max((abs(value) for value, _ in strongest), default=0))
    return [f"{clipped(label)} ({value:+,.{places}f})" for value, label in strongest[:TOP] if value]
