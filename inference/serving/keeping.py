"""Answers that are kept, where the presenter wants a history: what is recorded, who may mark, and who may read it all.

Knows no page. A prediction never waits for its record longer than a moment, and never fails for the want of it.
"""

import logging
import math
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from ..errors import InputError, NotFound
from ..history.database import Unreachable
from ..history.entry import Mark, marked
from ..history.history import History
from ..history.inputs import bounded, sendable, without_words
from ..history.labelled import MOST, Labelled, labelled
from ..revision import revision
from ..task import Task
from ..trace import Trace
from ..types import Answer, Prediction, Raw
from .catalogue import Catalogue
from .places import Waiting

log = logging.getLogger(__name__)

NOT_KEPT = "This answer was not kept in the history, which cannot be reached right now."
OFF = "No history is kept here."


class Keeping:
    """What `Endpoints` offers of the history."""

    catalogue: Catalogue
    history: History | None
    token: str
    """Whoever holds it is the presenter."""

    def answers(self, model: str, inputs: Any, trace: Trace | None = None) -> Iterator[str | Answer | Waiting]:
        """Answers a question; see Endpoints."""
        raise NotImplementedError

    def asked(self, model: str, inputs: Any, trace: Trace | None = None) -> Iterator[str | Answer | Waiting]:
        """As `answers`, kept where there is a history; the answer then has the id that it is kept under."""
        trace, start, answer = trace or Trace(), time.perf_counter(), None
        with closing(self.answers(model, inputs, trace)) as parts:  # type: ignore[type-var]  # a generator
            for part in parts:
                if isinstance(part, Answer):
                    answer = part  # its record is written once its place is free for others
                else:
                    yield part
        if answer is not None:
            yield self._kept(answer, inputs, trace.raw, (time.perf_counter() - start) * 1000)

    def feedback(self, id: str, verdict: str, truth: Any = None) -> dict[str, Any]:
        """Mark an answer by its id: right, wrong, or `should be` with what it should have been."""
        history = self._history()
        mark = marked(verdict, truth)
        if mark.verdict == "should be":
            entry = history.get(id)
            mark = replace(mark, truth=self._fitting(entry.model, entry.prediction, mark))
        entry = history.mark(id, mark)
        return {"id": entry.id, **mark.to_json(), "agreed": entry.agreed}

    def forget(self, id: str) -> dict[str, Any]:
        """Delete an answer by its id, with its input and its mark."""
        self._history().forget(id)
        return {"id": id, "deleted": True}

    def labelled(self, model: str) -> Labelled:
        """The marked answers of a model as a labelled file, for the presenter: who asks is checked by the caller."""
        about = self.catalogue.about(model)
        return labelled(about, self._history().entries(model, MOST, marked=True))

    def is_presenter(self, token: str) -> bool:
        """Whether somebody holds the presenter's token."""
        return bool(self.token) and secrets.compare_digest(token.encode(errors="replace"), self.token.encode())

    def _history(self) -> History:
        if self.history is None:
            raise NotFound(OFF)
        return self.history

    def _kept(self, answer: Answer, inputs: Any, raw: Raw | None, ms: float) -> Answer:
        if self.history is None:
            return answer
        try:
            task = self.catalogue.task(answer.model)
            raw = raw or task.parse(inputs)
            sent = inputs if isinstance(inputs, dict) else {}
            kept = sendable(task.demo.inputs, sent, raw) if self.history.inputs else None
            said = bounded(answer.prediction)
            said = said if self.history.inputs or is_fixed(task) else without_words(said)
            action = answer.decision.action if answer.decision else None
            state = revision(task.folder)
            return replace(answer, kept=self.history.keep(answer.model, state, raw, kept, said, action, ms))
        except Exception as error:  # an answer comes before its record
            if not isinstance(error, Unreachable):
                log.error("an answer could not be kept: %s", type(error).__name__)  # its message may hold the input
            return replace(answer, warnings=(*answer.warnings, NOT_KEPT))

    def _fitting(self, model: str, prediction: Prediction, mark: Mark) -> str:
        """What an answer should have been, as an answer could be. Raises InputError."""
        text = mark.truth or ""
        if prediction.kind in ("spans", "boxes"):
            raise InputError(f"Answers of kind {prediction.kind} can be marked right or wrong, not mended.")
        if prediction.kind == "value":
            return amount(text)
        try:
            items = getattr(self.catalogue.task(model), "positions", None)
        except NotFound:  # a visitor's model, which had to leave
            items = None
        known = items if items else [item.id for item in prediction.items if item.id]
        if prediction.kind != "text" and known and text not in known:
            raise InputError.among("answer", text, known)
        return text


def is_fixed(task: Task) -> bool:
    """Whether what a task answers with is the same whatever the input is, so that an answer repeats nothing of it."""
    chosen = task.kind == "ranking" and any(field.kind == "history" for field in task.demo.inputs)
    return task.same_items or task.kind in ("value", "action") or chosen


def amount(text: str) -> str:
    """A number as it is written in files. Raises InputError."""
    try:
        number = float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"truth must be a number, got {text[:40]!r}.")
    return repr(number)
