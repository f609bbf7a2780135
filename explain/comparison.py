"""One case twice: by two models, by a model and its variant, or two inputs of one model. Knows no kind of task.

A comparison is a stream: first what both predict and how long it takes, then, once both are explained, all of it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from inference.device import on_device
from inference.errors import InputError
from inference.study.timing import Timing, interleaved
from inference.task import Task
from inference.types import Answer, Raw, Record, Target, absent
from inference.units import quantity

from .asked import parse_target
from .explainer import explain_alike, explain_all
from .memory import Memory
from .moved import Moved, moved
from .types import Explanation, Partition, Progress
from .wording import parts_of

Of = Literal["models", "variant", "inputs"]


@dataclass(frozen=True)
class Side(Record):
    """One of the two: its answer, how long it takes from the input to the answer, and its explanation once there."""

    answer: Answer
    timing: Timing
    explanation: Annotated[Explanation | None, absent] = None


@dataclass(frozen=True)
class Comparison(Record):
    """Two answers side by side.

    same: whether the first item, or the text, is the same; of values, whether they differ by less than 1 %.
    same_decision: null without a decision rule. moved: how far the second's reasons are from the first's, where both
    are explained by the same parts. faster: how many times as long the first takes.
    """

    of: Of
    first: Side
    second: Side
    same: bool
    same_decision: bool | None
    faster: float
    verdict: str
    moved: Annotated[Moved | None, absent] = None
    version: Literal[1] = 1


def compare(task: Task, other: Task, inputs: Any, other_inputs: Any = None, target: Any = None) -> Comparison:
    """The last of `compare_stream`. Raises InputError."""
    *_, last = compare_stream(task, other, inputs, other_inputs, target)
    assert isinstance(last, Comparison)  # the stream's last part, by its own contract
    return last


@on_device
def compare_stream(
    task: Task, other: Task, inputs: Any, other_inputs: Any = None, target: Any = None, reasons: bool = True
) -> Iterator[Record]:
    """A Comparison without explanations, Progress again and again, and the whole Comparison.

    other: another model of the same fields, a variant of the first, or the same for `other_inputs`. target: as for
    `explain`; by default what the first predicts. Closing the stream ends the work. Raises InputError.
    """
    both = (task, inputs), (other, inputs if other_inputs is None else other_inputs)
    alike(task, other)
    answers = [each.predict(given) for each, given in both]
    timings = interleaved([asking(each, given) for each, given in both])
    first, second = (Side(answer, timing) for answer, timing in zip(answers, timings, strict=True))
    kind: Of = "inputs" if other is task else "variant" if other.variant or task.variant else "models"
    found = held(kind, first, second)
    yield found
    if reasons and all(each.prediction.items for each in answers):
        first_why, second_why, close = yield from explained(both, target)
        first, second = replace(first, explanation=first_why), replace(second, explanation=second_why)
        yield held(kind, first, second, moved(first_why, second_why) if close else None)


def asking(task: Task, inputs: Any) -> Callable[[], Answer]:
    """The whole way from an input to its answer, to be timed."""
    return lambda: task.predict(inputs)


def alike(task: Task, other: Task) -> None:
    """That both take the same fields. Raises InputError."""
    if not comparable(task, other):
        names = [", ".join(field.name for field in each.demo.inputs) for each in (task, other)]
        raise InputError(
            f"{task.name} is for {task.id} and takes {names[0]}; {other.name} is for {other.id} and takes {names[1]}. "
            "Compare models of the same task and fields."
        )


def comparable(task: Any, other: Any) -> bool:
    """Whether two tasks are of one kind and take the same fields."""
    return task.id == other.id and shape(task.demo) == shape(other.demo)


def shape(about: Any) -> set[tuple[str, str]]:
    """Name and kind of every field that a model takes."""
    return {(field.name, field.kind) for field in about.inputs}


Both = tuple[tuple[Task, Any], tuple[Task, Any]]


def explained(both: Both, target: Any) -> Generator[Progress, None, tuple[Explanation, Explanation, bool]]:
    """Why either says so, and whether both are of the same parts and the same target."""
    (task, inputs), (other, other_inputs) = both
    raw, memory = task.parse(inputs), Memory()
    asked = parse_target(task, raw, target)
    first = yield from followed((each for (each,) in explain_all(task, raw, [asked], memory=memory)), 0)
    known = memory.explained(task, raw, asked)
    other_raw, second = other.parse(other_inputs), None
    wanted = asked if knows(other, other_raw, asked) else parse_target(other, other_raw, None)
    if known is not None and other is not task and wanted == asked:
        second = yield from paired(other, other_raw, wanted, known.players, first)
    if second is not None:
        return (*second, True)
    fresh = (each for (each,) in explain_all(other, other_raw, [wanted]))
    return first, (yield from followed(fresh, 1)), False


def paired(
    other: Task, raw: Raw, target: Target, players: Partition, first: Explanation
) -> Generator[Progress, None, tuple[Explanation, Explanation] | None]:
    """The other's explanation by the same players, beside the first; None where it splits the input otherwise."""
    second = None
    with closing(explain_alike(other, raw, target, players, first.seed, first.evaluations)) as stream:  # type: ignore[type-var]
        for second in stream:
            yield Progress(first.evaluations + second.evaluations, 2 * first.evaluations)
    return None if second is None else (first, second)


def followed(explanations: Iterator[Explanation], turn: int) -> Generator[Progress, None, Explanation]:
    """How far the first or the second of two explanations has come; returns the last."""
    with closing(explanations) as stream:  # type: ignore[type-var]
        for explanation in stream:
            allowed = max(explanation.evaluations, explanation.allowed)
            yield Progress(turn * allowed + explanation.evaluations, 2 * allowed)
    return explanation


def knows(task: Task, raw: Raw, target: Target) -> bool:
    """Whether a model can be asked for a target of another."""
    try:
        task.scores([raw], [target])
    except InputError:
        return False
    return True


def held(kind: Of, first: Side, second: Side, close: Moved | None = None) -> Comparison:
    """Two sides held against one another."""
    one, two = first.answer, second.answer
    same, decided = says_the_same(one, two), None
    if one.decision and two.decision:
        decided = one.decision.action == two.decision.action
    told = f"{outcome(one, two, same)}{decision(one, two, decided)}{reasons(first, close)}"
    faster = first.timing.median / max(second.timing.median, 1e-9)
    return Comparison(kind, first, second, same, decided, faster, told, close)


def says_the_same(one: Answer, two: Answer) -> bool:
    """Whether two answers have the same first item, text, or nearly the same value."""
    a, b = one.prediction, two.prediction
    if a.kind == "text":
        return a.text == b.text
    if not (a.items and b.items):
        return bool(a.items) == bool(b.items)
    if a.kind == "value":
        return abs(a.scores[0] - b.scores[0]) <= 0.01 * abs(a.scores[0])
    return a.items[0].id == b.items[0].id


def outcome(one: Answer, two: Answer, same: bool) -> str:
    """What either predicts, in words."""
    a, b = brief(one), brief(two)
    if one.prediction.kind == "text":
        return "Both write the same." if same else "They write different texts."
    if one.prediction.kind == "value" or not (one.prediction.items and two.prediction.items):
        return f"The first says {a}, the second {b}."
    if same:
        scores = [quantity(each.prediction.scores[0], each.prediction.unit) for each in (one, two)]
        return f"Both say {one.prediction.names[0]}, with {scores[0]} and {scores[1]}."
    return f"They differ: the first says {a}, the second {b}."


def brief(answer: Answer) -> str:
    """An answer's first item and its score."""
    found = answer.prediction
    if not found.items:
        return "nothing"
    score = quantity(found.scores[0], found.unit)
    return score if found.kind == "value" else f"{found.names[0]} ({score})"


def decision(one: Answer, two: Answer, same: bool | None) -> str:
    """Whether the same would be done."""
    if one.decision is None or two.decision is None:
        return ""
    if same:
        return f" The same would be done: {one.decision.action}."
    return f" Something else would be done: {one.decision.action}, or {two.decision.action}."


def reasons(first: Side, close: Moved | None) -> str:
    """How far the reasons agree."""
    if close is None or close.rank is None or first.explanation is None:
        return ""
    parts = parts_of(first.explanation.features, 3)
    top = f"{round(3 * close.top3)} of the 3 strongest {parts} are the same, and " if close.top3 is not None else ""
    return f" Of the reasons, {top}the order of all agrees by {close.rank:.2f} (Spearman’s ρ).".replace("-", "−")
