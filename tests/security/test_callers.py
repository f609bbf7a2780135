"""Callers over REST: one too many and one too often are refused; what is kept is for the presenter alone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

from explain.panels.history import view
from inference import models
from inference.errors import TimedOut
from inference.history.history import History
from inference.serving.admission import PREDICTING, Admission, Call
from inference.serving.api import rest
from inference.serving.arguments import parser
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.limits import Rate
from inference.serving.places import Line, Waiting
from inference.serving.remembering import opened
from inference.serving.watch import Watch

NAME, TOKEN, STRANGER = "home-loans", "the-presenters-own-token", "203.0.113.1"


@pytest.fixture(scope="module")
def asking() -> Callable[..., tuple[Admission, Callable[[], Any]]]:
    """Of a rate: who lets calls in, and a stranger's call."""
    catalogue = Catalogue({NAME: models.find()[NAME]})
    sent = {"model": NAME, "inputs": catalogue.about(NAME).examples[0].inputs}

    def of(rate: Rate | None = None) -> tuple[Admission, Callable[[], Any]]:
        admission = Admission(rate)
        app = Watch(rest(Endpoints(catalogue, admission=admission)))
        client = TestClient(app, client=(STRANGER, 1))
        return admission, lambda path="predict", **other: client.post(f"/api/v1/{path}", **(other or {"json": sent}))

    return of


def test_one_too_many_waits_and_beyond_the_queue_gets_503(asking: Any) -> None:
    admission, ask = asking()
    admission.lines[PREDICTING] = Line(1, 1)
    at_work = admission.admitted(PREDICTING, "predict", NAME, lambda: (part for part in (1, 2)))
    assert next(at_work) == 1
    waits = admission.admitted(PREDICTING, "predict", NAME, lambda: (part for part in (3,)))
    assert isinstance(next(waits), Waiting)
    refused = ask()
    assert (refused.status_code, "waiting already" in refused.text) == (503, True)
    assert int(refused.headers["retry-after"]) > 0
    assert list(at_work) == [2]
    assert list(waits)[-1] == 3
    assert ask().status_code == 200


def test_what_takes_too_long_is_ended() -> None:
    slow = (time.sleep(0.05) for _ in range(20))
    with pytest.raises(TimedOut, match="was ended"):
        list(Admission(limit=0.1).admitted(PREDICTING, "predict", NAME, lambda: slow))


def test_who_asks_too_often_gets_429(asking: Any) -> None:
    _, ask = asking(Rate(1))
    first, second = ask(), ask()
    assert (first.status_code, second.status_code) == (200, 429)
    assert 0 < int(second.headers["retry-after"]) <= 60


REFUSED = {
    "no JSON": ("predict", {"content": b"{"}, 400),
    "another model": ("explain", {"json": {"model": "nowhere", "inputs": {}}}, 404),
    "another media type": ("check", {"content": b"", "headers": {"content-type": "text/csv"}}, 415),
    "no such field": ("evaluate", {"json": {"model": NAME, "rows": [], "of": 1}}, 422),
    "no file": ("batch", {"data": {"model": NAME}, "files": {"other": b""}}, 422),
}


@pytest.mark.parametrize(("path", "sent", "status"), REFUSED.values(), ids=REFUSED)
def test_who_is_refused_counts_as_having_asked(path: str, sent: dict[str, Any], status: int, asking: Any) -> None:
    _, ask = asking(Rate(1))
    first, second = (ask(path, **sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (status, 429)
    assert ask().status_code == 429


def test_who_is_let_in_counts_once(asking: Any) -> None:
    _, ask = asking(Rate(12))  # two at once
    assert [ask().status_code for _ in range(3)] == [200, 200, 429]


def test_who_asks_too_often_is_told_of(asking: Any) -> None:
    admission, ask = asking(Rate(1))
    told: list[Call] = []
    admission.told.append(told.append)
    for _ in range(2):
        ask()
    assert [(call.name, call.outcome) for call in told] == [("predict", "answered"), ("predict", "limited")]


@pytest.mark.parametrize(("token", "shown"), [("", False), ("guess", False), (TOKEN[:-1], False), (TOKEN, True)])
def test_the_history_is_shown_to_the_presenter_alone(token: str, shown: bool, tmp_path: Path) -> None:
    history = History(str(tmp_path / "history.db"))
    endpoints = Endpoints(Catalogue({NAME: models.find()[NAME]}), history=history, token=TOKEN)
    with gr.Blocks() as screen:
        view(endpoints, NAME, token)
    history.close()
    assert any("data-presenter" in str(getattr(block, "value", "")) for block in screen.blocks.values()) is shown


def test_of_an_input_a_digest_alone_is_kept_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEEWHY_HISTORY", "SEEWHY_KEEP"):
        monkeypatch.delenv(name, raising=False)
    history = opened(parser().parse_args(["--history", str(tmp_path / "history.db")]))
    assert history is not None and not history.inputs
    history.close()
