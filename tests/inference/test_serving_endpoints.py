"""The functions that everybody calls, and what a visitor is told when one fails."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inference import models
from inference.errors import Busy, InputError, ModelError, NotFound, SeeWhyError, TimedOut, TooMany
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.reports import report
from inference.serving.streams import Streams
from inference.types import Answer, ItemTarget, Step

INPUTS = {"prompt": "The sea"}


def no_explanation(*_: Any) -> Iterator[Any]:
    raise AssertionError("no explanation was asked for")


@pytest.fixture(scope="module")
def catalogue(tiny_chat: Path) -> Catalogue:
    return Catalogue({"tiny-chat": tiny_chat, "movies": models.find()["movies"]})


@pytest.fixture(scope="module")
def endpoints(catalogue: Catalogue) -> Endpoints:
    return Endpoints(catalogue, Streams(explain=no_explanation))


# What a visitor is told of an error


class Refused(InputError):
    """An error of a kind that is not in the table."""


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotFound, 404),
        (InputError, 422),
        (Refused, 422),
        (Busy, 503),
        (TooMany, 429),
        (TimedOut, 503),
        (ModelError, 500),
    ],
)
def test_our_own_errors_are_told_as_they_are(
    kind: type[SeeWhyError], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    told = report(kind("What was wrong, and what to do."))
    assert (told.status, told.message) == (status, "What was wrong, and what to do.")
    assert not caplog.records


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("secret at /home/me"),
        KeyError("secret"),
        OSError(2, "secret", "/home/me"),
        ValueError("secret"),
        MemoryError("secret"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_unforeseen_error_is_hidden_behind_a_number_that_the_log_knows(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    told = report(error)
    assert told.status == 500
    assert "secret" not in told.message
    assert "/home" not in told.message
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().removeprefix("error ") in told.message
    assert record.exc_info and record.exc_info[1] is error


def test_no_two_unforeseen_errors_share_a_number() -> None:
    assert len({report(RuntimeError("no")).message for _ in range(20)}) == 20


# The calls


def test_models_are_those_of_the_catalogue(endpoints: Endpoints) -> None:
    assert [model["name"] for model in endpoints.models()] == ["movies", "tiny-chat"]


def test_predict_is_the_last_part_of_its_stream(endpoints: Endpoints) -> None:
    *deltas, last = endpoints.predict_stream("tiny-chat", INPUTS)
    answer = endpoints.predict("tiny-chat", INPUTS)
    assert deltas and all(list(part) == ["delta"] for part in deltas)
    assert answer["prediction"] == last["prediction"]
    assert Answer.from_json(answer).model == "tiny-chat"
    assert [step["step"] for step in answer["trace"]] == [
        "model loading",
        "data input",
        "preprocessing",
        "forward pass",
        "postprocessing",
    ]


def test_what_is_asked_of_the_explanation_reaches_it(catalogue: Catalogue) -> None:
    asked: list[Any] = []

    def explain(*values: Any, method: str) -> Iterator[Step]:
        asked.append((*values, method))
        yield from (Step("first", 1.0, ""), Step("last", 2.0, ""))

    endpoints = Endpoints(catalogue, Streams(explain=explain))
    target = ItemTarget("1")
    found = endpoints.explain("tiny-chat", INPUTS, target, 34, 2.5, "anytime")
    assert asked == [(catalogue.task("tiny-chat"), INPUTS, target, 34, 2.5, "anytime")]
    assert found == {"step": "last", "ms": 2.0, "detail": ""}
    assert [part["step"] for part in endpoints.explain_stream("tiny-chat", INPUTS)] == ["first", "last"]
    assert asked[-1][2:] == (None, None, None, "auto")


CALLS: dict[str, Callable[[Endpoints], Any]] = {
    "predict": lambda endpoints: endpoints.predict("nothing", INPUTS),
    "predict_stream": lambda endpoints: list(endpoints.predict_stream("nothing", INPUTS)),
    "explain": lambda endpoints: endpoints.explain("nothing", INPUTS),
    "explain_stream": lambda endpoints: list(endpoints.explain_stream("nothing", INPUTS)),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_model_is_not_found_by_any_call(endpoints: Endpoints, call: str) -> None:
    with pytest.raises(NotFound, match="available are movies, tiny-chat"):
        CALLS[call](endpoints)


# Places


def test_errors_before_and_within_the_model_give_the_place_back(endpoints: Endpoints) -> None:
    for _ in range(30):  # more than there are places
        with pytest.raises(InputError):
            endpoints.predict("nothing", INPUTS)
        with pytest.raises(InputError, match="Prompt is missing"):
            endpoints.predict("tiny-chat", {})
        with pytest.raises(NotFound):
            endpoints.explain("nothing", INPUTS)
    assert endpoints.predict("tiny-chat", INPUTS)["model"] == "tiny-chat"


def test_leaving_a_stream_gives_the_place_back(endpoints: Endpoints) -> None:
    liked = endpoints.catalogue.about("movies").examples[0].inputs
    for _ in range(30):
        stream = endpoints.answers("movies", liked)
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # a generator
    assert endpoints.predict("tiny-chat", INPUTS)["model"] == "tiny-chat"
