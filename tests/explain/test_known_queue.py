"""What is known already waits in no queue of explanations, but counts as a call."""

from dataclasses import replace
from typing import Any

import pytest
from counted import ANN, BEN, EXAMPLE, NOBODY, PRIVATE, Asked, by

from explain.memory import Memory
from explain.streams import STREAMS
from inference.errors import Busy, TooMany
from inference.serving.admission import EXPLAINING, PREDICTING, Admission, Call
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.limits import Rate
from inference.serving.places import Line


def behind(asked: Asked, rate: Rate | None = None) -> tuple[Endpoints, Line]:
    """The model behind the endpoints, with one place for explanations, which is taken, and none to wait."""
    streams = replace(STREAMS, explain=asked.known.explain_stream, known=asked.known.known)
    endpoints = Endpoints(Catalogue({}, made=[asked.task]), streams, Admission(rate))
    line = endpoints.admission.lines[EXPLAINING] = Line(1, 0)
    line.join("somebody else")
    return endpoints, line


@pytest.mark.parametrize("inputs", [EXAMPLE, PRIVATE], ids=["example", "private"])
def test_what_is_known_is_answered_past_the_queue(inputs: dict[str, Any]) -> None:
    asked = Asked()
    (*_, first), _ = asked(inputs)
    endpoints, line = behind(asked)
    calls: list[Call] = []
    endpoints.admission.told.append(calls.append)
    before, memory = asked.counted.asked, Memory()
    with by(ANN):
        assert list(endpoints.explanations("counted", inputs, memory=memory)) == [replace(first, kept=True)]
        assert endpoints.explain("counted", inputs)["kept"]
        with pytest.raises(Busy):
            endpoints.explain("counted", inputs, evaluations=32)  # another question
    assert asked.counted.asked == before and (line.working, line.waiting) == (1, 0)
    assert endpoints.admission.lines[PREDICTING].working == 0
    latest = memory.latest(asked.task, asked.task.parse(inputs))
    assert latest and latest.explanation == first
    assert [(call.name, call.kind, call.outcome) for call in calls] == [
        ("explain", "explanations", outcome) for outcome in ("answered", "answered", "busy")
    ]


def test_nobody_gets_past_the_queue_what_is_anothers() -> None:
    asked = Asked()
    asked(PRIVATE, ANN)
    endpoints, _ = behind(asked)
    for caller in (BEN, NOBODY):
        with by(caller), pytest.raises(Busy):
            endpoints.explain("counted", PRIVATE)


def test_what_is_known_counts_as_a_call() -> None:
    asked = Asked()
    asked(EXAMPLE)
    endpoints, _ = behind(asked, Rate(1))
    with by(BEN):
        assert endpoints.explain("counted", EXAMPLE)["kept"]
        with pytest.raises(TooMany):
            endpoints.explain("counted", EXAMPLE)


def test_where_many_predict_what_is_known_still_comes_in_its_turn() -> None:
    asked = Asked()
    asked(EXAMPLE)
    endpoints, line = behind(asked)
    full = endpoints.admission.lines[PREDICTING] = Line(1, 0)
    full.join("somebody else")
    with by(BEN), pytest.raises(Busy):
        endpoints.explain("counted", EXAMPLE)
    line.places = 2
    with by(BEN):
        assert endpoints.explain("counted", EXAMPLE)["kept"]
