"""One field over its range, all else as it is: the score at each value, and what would be decided. It knows no task."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np

from inference.accelerator import in_batches, patiently
from inference.device import on_device
from inference.errors import InputError
from inference.fields import CategoryField, NumberField
from inference.nearest import tidy
from inference.task import Task
from inference.types import ItemTarget, Prediction, Raw, Record

from .counterfactual import STEP, whole
from .edits.columns import known_numbers
from .types import Progress

POINTS, MOST = 41, 401
"""Values of a number that are tried unless told otherwise, and at most."""


@dataclass(frozen=True)
class Band(Record):
    """Neighbouring values, from the first to the last, about which the same is decided; null where nothing is."""

    first: float | str
    last: float | str
    outcome: str | None


@dataclass(frozen=True)
class Sweep(Record):
    """A score as a curve over one field.

    values: of the field, in rising order where they are numbers. scores: of `item`, in `scale` and `unit`. outcomes:
    the action at each value, or the name of the first item where there is no rule; null for a number without one.
    now: the value as it is, one of `values`, or null where it is not known. bands: the same outcomes, run by run.
    thresholds: the scores at which the rule changes its mind, where it is about this item's score. evaluations: values
    that the model was asked about.
    """

    field: str
    label: str
    unit: str | None
    now: float | str | None
    item: str
    output: str
    scale: str
    score_unit: str | None
    values: tuple[float | str, ...]
    scores: tuple[float, ...]
    outcomes: tuple[str | None, ...]
    bands: tuple[Band, ...]
    thresholds: tuple[float, ...]
    evaluations: int
    seconds: float
    version: Literal[1] = 1


def sweep(task: Task, inputs: Any, field: str, **options: Any) -> Sweep:
    """The last of `sweep_stream`. Raises InputError."""
    *_, last = sweep_stream(task, inputs, field, **options)
    assert isinstance(last, Sweep)  # the stream's last part, by its own contract
    return last


@on_device
def sweep_stream(task: Task, inputs: Any, field: Any, target: Any = None, points: Any = None) -> Iterator[Record]:
    """Progress again and again, and a Sweep last.

    field: the name of a number or a category among the inputs. target: the id of the item whose score is drawn, by
    default the one that the decision rule is about, or the first. points: how many values of a number; a category has
    its choices. Closing the stream ends the work at the next batch. Raises InputError.
    """
    start = time.perf_counter()
    count = whole("points", points, 2, MOST, POINTS)
    found, raw = field_of(task, field), task.parse(inputs)
    values = range_of(found, raw[found.name], task.background, count)
    raws = [raw | {found.name: value} for value in values]
    item = item_of(task, raw, target)
    predictions, scores = list[Prediction](), list[float]()
    for begin in range(0, len(raws), STEP):
        some = raws[begin : begin + STEP]
        batches = in_batches(lambda part: patiently(task.predict_some, part), some, task.batch_size)
        predictions += [prediction for batch in batches for prediction in batch]
        scores += scored(task, item, some, predictions[begin:])
        yield Progress(len(scores), len(raws))
    outcomes = [outcome_of(task, prediction) for prediction in predictions]
    now = raw[found.name]
    yield Sweep(
        field=found.name,
        label=found.label,
        unit=found.unit,
        now=None if now != now else now,
        item=item,
        output=task.name_of(ItemTarget(item)),
        scale=task.scale,
        score_unit=task.demo.unit,
        values=tuple(values),
        scores=tuple(scores),
        outcomes=tuple(outcomes),
        bands=tuple(bands(values, outcomes)),
        thresholds=thresholds(task, item),
        evaluations=len(values),
        seconds=round(time.perf_counter() - start, 4),
    )


def field_of(task: Task, name: Any) -> NumberField | CategoryField:
    """A number or a category of the inputs. Raises InputError."""
    known = {f.name: f for f in task.demo.inputs if f.role == "input" and isinstance(f, NumberField | CategoryField)}
    if not isinstance(name, str) or name not in known:
        raise InputError.among("number or category to go over", name, known)
    return known[name]


def range_of(field: NumberField | CategoryField, now: Any, rows: Sequence[Raw], count: int) -> list[Any]:
    """The values to try: the choices, or even steps over the numbers that are known, and the value as it is."""
    if isinstance(field, CategoryField):
        return list(dict.fromkeys([*field.choices, now]))
    known, own = known_numbers(field, rows), [] if math.isnan(now) else [now]
    low, high = field.seen or (float(known.min()), float(known.max())) if len(known) or field.seen else ends(field, own)
    if field.limits:
        low, high = max(low, field.limits[0]), min(high, field.limits[1])
    steps = [tidy(field, float(value)) for value in np.linspace(min([low, *own]), max([high, *own]), count - len(own))]
    return sorted({*steps, *own})


def ends(field: NumberField, own: Sequence[float]) -> tuple[float, float]:
    """Where nothing was seen: the limits, or around the value as it is."""
    value = own[0] if own else 0.0
    return field.limits or (value - (abs(value) or 1.0), value + (abs(value) or 1.0))


def item_of(task: Task, raw: Raw, target: Any) -> str:
    """The item whose score is drawn. Raises InputError."""
    known = getattr(task, "positions", {})
    if target is not None:
        if not isinstance(target, str) or target not in known:
            raise InputError.among("item", target, known)
        return target
    rule = task.demo.decision
    if rule and rule.of != "top":
        return rule.of
    first: list[Prediction] = patiently(task.predict_some, [raw])
    return first[0].items[0].id


def scored(task: Task, item: str, raws: Sequence[Raw], predictions: Sequence[Prediction]) -> list[float]:
    """The score of an item in each prediction; asked for where a prediction leaves it out."""
    known = [next((each.score for each in prediction.items if each.id == item), None) for prediction in predictions]
    left = [raw for raw, score in zip(raws, known, strict=True) if score is None]
    asked = iter(patiently(task.scores, left, [ItemTarget(item)])[:, 0].tolist() if left else ())
    return [next(asked) if score is None else score for score in known]


def outcome_of(task: Task, prediction: Prediction) -> str | None:
    """What is decided about a prediction: the action, or the first item; None for a number without a rule."""
    if task.demo.decision:
        return task.demo.decision.decide(prediction).action
    return None if prediction.kind == "value" else prediction.items[0].name


def bands(values: Sequence[Any], outcomes: Sequence[str | None]) -> Iterator[Band]:
    """Runs of the same outcome."""
    for outcome, run in groupby(range(len(values)), key=outcomes.__getitem__):
        places = list(run)
        yield Band(values[places[0]], values[places[-1]], outcome)


def thresholds(task: Task, item: str) -> tuple[float, ...]:
    """The scores at which the decision rule changes its mind, from the lowest; of the first item, whichever it is, none
    but where there is only one."""
    rule = task.demo.decision
    about = rule is not None and (rule.of == item or len(getattr(task, "positions", {})) == 1)
    return tuple(sorted(r.at_least for r in rule.rules if r.at_least is not None)) if rule and about else ()
