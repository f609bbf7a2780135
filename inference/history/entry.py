"""One answer as the history keeps it, and what somebody said of it. Knows no database."""

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError
from ..types import Prediction, Record

Verdict = Literal["right", "wrong", "should be"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "should be")
PLACES = 500
"""Spans or boxes of a prediction that are kept; of one with as many it is not known what else was found."""
LONGEST = 2_000
"""Characters of what an answer should have been."""

Place = tuple[float, str]
"""When an answer was given, seconds since 1970, and its id."""


@dataclass(frozen=True)
class Mark(Record):
    """What somebody said of an answer; `truth` is what it should have been: an item's id, a number or a text."""

    verdict: Verdict
    truth: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry(Record):
    """One answer. time: seconds since 1970, UTC. digest: of the input, in hexadecimal. ms: from asking to answer.

    inputs: as they can be sent again, where inputs are kept and this one is not too large. decision: its action.
    agreed: whether the mark agrees with the prediction; None without a mark.
    """

    id: str
    time: float
    model: str
    revision: str
    digest: str
    inputs: dict[str, Any] | None
    prediction: Prediction
    decision: str | None
    ms: float
    mark: Mark | None = None
    agreed: bool | None = None

    @property
    def place(self) -> "Place":
        """Where it stands among the others, the newest first."""
        return self.time, self.id

    @property
    def predicted(self) -> str | None:
        """What was predicted, as a mark names it: see `predicted`."""
        return predicted(self.prediction)

    @property
    def truth(self) -> str | None:
        """What is right, as far as the mark says: of two labels that exclude each other, wrong means the other."""
        if self.mark is None:
            return None
        if self.mark.verdict == "wrong":
            return other_of_two(self.prediction)
        return self.mark.truth if self.mark.verdict == "should be" else self.predicted


def predicted(prediction: Prediction) -> str | None:
    """The first item's id, a number, the text, or all spans or boxes as a file's truth is written (study/matching.py).

    None where nothing was found that could be named, or it was not kept.
    """
    if prediction.kind == "text":
        return prediction.text
    if prediction.kind in ("spans", "boxes"):
        ids = [item.id for item in prediction.items]
        known = all(ids) and len(ids) < PLACES
        return "|".join(id for id in ids if "@" in id) or "[]" if known else None  # "no answer" is nowhere
    first = prediction.items[0] if prediction.items else None
    return None if first is None else repr(first.score) if prediction.kind == "value" else first.id or None


def other_of_two(prediction: Prediction) -> str | None:
    """The label that is right if the first is not; None where there are more, or both may be right."""
    exclusive = abs(sum(prediction.scores) - 1) < 1e-3 and prediction.scale == "probability"
    return prediction.items[1].id if prediction.kind == "labels" and len(prediction.items) == 2 and exclusive else None


def marked(verdict: Any, truth: Any = None) -> Mark:
    """A mark as it was sent. Raises InputError."""
    if verdict not in VERDICTS:
        raise InputError.among("verdict", verdict, VERDICTS)
    if verdict != "should be":
        return Mark(verdict)
    text = truth.strip() if isinstance(truth, str) else "" if truth is None else str(truth)
    if not text or len(text) > LONGEST:
        raise InputError(f"Send truth, what it should have been, in 1 to {LONGEST:,} characters; got {len(text):,}.")
    if "\0" in text or (not text.isprintable() and any(0xD800 <= ord(each) < 0xE000 for each in text)):
        raise InputError("truth has characters that stand for no text.")
    return Mark(verdict, text)


def agrees(prediction: Prediction, mark: Mark) -> bool:
    """Whether a mark agrees with a prediction."""
    return mark.verdict == "right" or (mark.verdict == "should be" and mark.truth == predicted(prediction))


@dataclass(frozen=True)
class Tally(Record):
    """What is kept of one revision of a model. first, last: when it was asked; ms: of an answer, on average."""

    revision: str
    answers: int
    marks: int
    against: int
    first: float
    last: float
    ms: float
