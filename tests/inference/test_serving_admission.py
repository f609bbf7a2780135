"""What waits for a place and what is told of it; what computes in its stead; models loaded ahead."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inference import device, models
from inference.deadline import left
from inference.errors import Busy, InputError, Left
from inference.serving import arguments, callers
from inference.serving.admission import EXPLAINING, PREDICTING, READING, Admission, Call
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.places import Line, Waiting
from inference.serving.preloading import Preloading
from inference.serving.streams import Streams
from inference.types import Answer

INPUTS = {"text": "a warm and witty film"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue({"sentiment": models.find()["sentiment"]})


@pytest.fixture
def endpoints(catalogue: Catalogue) -> Endpoints:
    return Endpoints(catalogue)


def ended(endpoints: Endpoints) -> list[Call]:
    calls: list[Call] = []
    endpoints.admission.told.append(calls.append)
    return calls


def test_whatever_computes_waits_for_a_place() -> None:
    queued = {name for name in dir(Endpoints) if hasattr(getattr(Endpoints, name), "__wrapped__")}
    assert queued == {
        "answers",
        "changes",
        "checks",
        "comparisons",
        "differences",
        "evaluations",
        "explanations",
        "hearings",
        "inspections",
        "jobs",
        "plays",
        "reads",
        "rivals",
        "summaries",
        "sweeps",
        "variations",
    }


def test_a_stream_first_tells_how_it_stands_and_then_what_it_is_about(endpoints: Endpoints) -> None:
    line = endpoints.admission.lines[PREDICTING] = Line(1, 5)
    other = line.join("other")
    calls, stream = ended(endpoints), endpoints.answers("sentiment", INPUTS)
    assert next(stream) == Waiting(1, 1)
    other.leave()
    *waiting, answer = stream
    assert isinstance(answer, Answer) and not any(isinstance(part, Answer) for part in waiting)
    (call,) = calls
    assert (call.name, call.kind, call.model, call.outcome) == ("predict", "predictions", "sentiment", "answered")
    assert call.steps == answer.trace and 0 < call.waited < call.seconds
    assert line.working == 0


def test_how_a_call_ended_is_told_whatever_happened(endpoints: Endpoints) -> None:
    calls = ended(endpoints)
    with pytest.raises(InputError):
        endpoints.predict("sentiment", {})
    line = endpoints.admission.lines[PREDICTING] = Line(1, 0)
    with line_taken(line), pytest.raises(Busy):
        endpoints.predict("sentiment", INPUTS)
    endpoints.admission.lines[PREDICTING] = Line(1, 1)
    stream: Any = endpoints.answers("sentiment", INPUTS)
    next(stream)
    stream.close()
    assert [call.outcome for call in calls] == ["refused", "busy", "left"]
    assert endpoints.admission.lines[PREDICTING].working == 0


def test_what_failed_says_nothing_of_how_long_work_takes(endpoints: Endpoints) -> None:
    line = endpoints.admission.lines[PREDICTING] = Line(1, 5, usual=7.0)
    with pytest.raises(InputError):
        endpoints.predict("sentiment", {})
    with line_taken(line):
        assert next(line.join("b").turn()).seconds == 7


@contextmanager
def line_taken(line: Line) -> Iterator[None]:
    """A place that is held for the length of a block."""
    ticket = line.join("a")
    yield
    ticket.leave()


def test_what_computes_elsewhere_is_let_in_and_counted_here(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    working: list[int] = []

    def elsewhere(sent: bytes) -> Iterator[bytes]:
        working.append(endpoints.admission.lines[PREDICTING].working)
        yield from device.carried(sent)

    monkeypatch.setattr(device, "lent", elsewhere)  # as on ZeroGPU, or on a cluster
    calls = ended(endpoints)
    assert endpoints.predict("sentiment", INPUTS)["model"] == "sentiment"
    assert working == [1]
    assert [call.outcome for call in calls] == ["answered"]


def test_who_leaves_while_waiting_to_be_told_what_is_known_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    admission, gone = Admission(), list[bool]()
    monkeypatch.setattr(callers, "leaving", [lambda: bool(gone)])
    line = admission.lines[PREDICTING] = Line(1, 5)
    with line_taken(line):
        stream = admission.admitted(EXPLAINING, "explain", "sentiment", lambda: iter("work"), lambda: "known")
        assert isinstance(next(stream), Waiting)
        gone.append(True)
        with pytest.raises(Left):
            next(stream)
    assert line.waiting == line.working == 0


def test_what_looks_for_what_is_known_has_its_time_and_gives_its_place_back() -> None:
    admission, lefts = Admission(limit=7), list[float | None]()
    look = lambda: lefts.append(left()) or "known"  # noqa: E731
    assert list(admission.admitted(EXPLAINING, "explain", "sentiment", lambda: iter("work"), look)) == ["known"]
    assert 6 < (lefts[0] or 0) <= 7
    assert admission.lines[PREDICTING].working == 0


def test_a_limit_holds_for_calls_and_not_for_files(catalogue: Catalogue) -> None:
    def forever(*_: Any, **__: Any) -> Iterator[Any]:
        while True:
            yield Waiting(1, 1)  # any record

    endpoints = Endpoints(catalogue, Streams(check=forever), Admission(limit=0.05))
    with pytest.raises(Busy, match="was ended"):
        list(endpoints.checks("sentiment", INPUTS, "faithfulness"))
    stream = endpoints.admission.admitted(READING, "read", "sentiment", lambda: forever())
    assert sum(1 for _, _ in zip(range(200_000), stream, strict=False)) == 200_000


# Loaded ahead


def test_models_are_ready_once_all_were_tried(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = models.find()
    catalogue = Catalogue({name: found[name] for name in ("home-loans", "penguins")})
    preloading = Preloading(catalogue)
    assert preloading.missing() == "0 of 2 models are loaded"
    load = catalogue.task

    def task(name: str) -> Any:
        assert preloading.missing()
        if name == "penguins":
            raise RuntimeError("broken")
        return load(name)

    catalogue.task = task  # type: ignore
    with caplog.at_level(logging.WARNING):
        preloading.run()
    assert preloading.missing() is None
    assert "quote error" in caplog.text
    assert catalogue.ready("home-loans")


def test_on_a_space_all_callers_look_alike_so_none_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arguments.parser().parse_args([]).rate == 600
    monkeypatch.setenv("SPACE_ID", "someone/seewhy")
    assert arguments.parser().parse_args([]).rate == 0
    assert arguments.parser().parse_args(["--rate", "60"]).rate == 60


def test_who_has_left_gets_no_further_part(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[bool] = []
    monkeypatch.setattr(callers, "leaving", [lambda: bool(gone)])
    admission = Admission()
    parts = admission.admitted(READING, "table", "any", lambda: (part for part in (1, 2)))
    assert next(parts) == 1
    gone.append(True)
    with pytest.raises(Left):
        next(parts)
    assert admission.lines[READING].working == 0
