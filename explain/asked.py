"""What may be asked of an explanation: its target, its method and its bounds, checked. Knows no estimator's working."""

from typing import Any

from inference.errors import InputError
from inference.fields import shown
from inference.task import Task
from inference.types import Raw, Target, from_json

from .estimators import METHODS

MAX_EVALUATIONS = 16_384


def parse_target(task: Task, raw: Raw, target: Any) -> Target:
    """A Target from itself, from JSON, or from what the task predicts. Raises InputError."""
    if target is None:
        predicted = task.target(task.predict_some([raw])[0])
        if predicted is None:
            raise InputError("The model found nothing here, so there is nothing to explain; name a target to ask why.")
        return predicted
    try:
        parsed: Target = from_json(Target, {"item": target} if isinstance(target, str) else target, "target")
    except InputError:
        raise InputError(
            "target must be an item's id, {'item': id}, {'text': …, 'token': n or null} or "
            f"{{'contrast': [target, target]}}, got {shown(target)}."
        ) from None
    return parsed


def limits(evaluations: Any, seconds: Any, method: Any = "auto") -> None:
    """Check what a visitor may ask for. Raises InputError."""
    whole = isinstance(evaluations, int) and not isinstance(evaluations, bool)
    if evaluations is not None and not (whole and 2 <= evaluations <= MAX_EVALUATIONS):
        raise InputError(f"evaluations must be a whole number from 2 to {MAX_EVALUATIONS:,}, got {shown(evaluations)}.")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if seconds is not None and not (number and 0 <= seconds <= 3600):
        raise InputError(f"seconds must be a number from 0 to 3,600, got {shown(seconds)}.")
    if not isinstance(method, str) or method not in METHODS:
        raise InputError(f"method must be one of {', '.join(METHODS)}, got {shown(method)}.")
