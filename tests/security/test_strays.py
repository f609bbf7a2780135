"""Whoever forges the number of an event, a session, a call gets a quiet 4xx: nothing told, no traceback in the log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import serving

SECRET = "a sentence that nobody may find in the log"
HUGE = 10**9


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an app's own routes of Gradio, and its log."""
    log = tmp_path_factory.mktemp("log") / "log"
    with serving("--model", "assets/models/home-loans", log=log) as url:
        yield f"{url}/gradio_api", log


def joined(fn: Any, **more: Any) -> dict[str, Any]:
    return {"json": {"data": [SECRET], "fn_index": fn, "session_hash": "forged", **more}}


FORGED: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "queue/data?session_hash=nosuch", {}),
    ("GET", "queue/data?session_hash=", {}),
    ("GET", "call/predict/nosuch", {}),
    ("GET", "call/v2/predict/nosuch", {}),
    ("GET", "call/nosuch/nosuch", {}),
    ("POST", "queue/join", joined(HUGE)),
    ("POST", "queue/join", joined(-1)),
    ("POST", "queue/join", joined(0)),  # the page's own beginning, which the browser alone does
    ("POST", "queue/join", joined("x")),
    ("POST", "call/nosuch", {"json": {"data": [SECRET]}}),
    ("POST", "run/nosuch", {"json": {"data": [SECRET]}}),
    ("POST", "stream/nosuch", {"json": {"data": [SECRET]}}),
    ("POST", "stream/nosuch/close", {}),
    ("POST", "process_recording", {"files": {"video": ("a.mp4", b"a film that would be cut here")}}),
    ("POST", "component_server", {"json": {**joined(0)["json"], "component_id": HUGE, "fn_name": "x"}}),
]


@pytest.mark.parametrize(("method", "path", "sent"), FORGED, ids=[f"{method} {path}" for method, path, _ in FORGED])
def test_a_forged_number_is_refused_quietly(
    app: tuple[str, Path], method: str, path: str, sent: dict[str, Any]
) -> None:
    url, log = app
    answer = httpx.request(method, f"{url}/{path}", timeout=20, **sent)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text and "/" not in answer.json()["detail"] if answer.text else True
    assert "Traceback" not in log.read_text() and SECRET not in log.read_text()


@pytest.mark.parametrize("screen", ["home-loans#history-\ud800", "home-loans#evaluate-\ud800", "\ud800"])
def test_what_is_no_text_is_answered_quietly(app: tuple[str, Path], screen: str) -> None:
    url, log = app
    sent = json.dumps({"data": [screen], "fn_index": 1, "session_hash": "surrogate"})  # fn 1 draws the screen
    httpx.post(f"{url}/queue/join", content=sent, headers={"content-type": "application/json"}).raise_for_status()
    with httpx.stream("GET", f"{url}/queue/data?session_hash=surrogate", timeout=20) as stream:
        assert any('"success":true' in line for line in stream.iter_lines())
    assert "Traceback" not in log.read_text()


def test_too_few_values_are_told_and_not_logged(app: tuple[str, Path]) -> None:
    url, log = app
    event = httpx.post(f"{url}/call/predict", json={"data": [SECRET]}).json()["event_id"]
    told = httpx.get(f"{url}/call/predict/{event}", timeout=20).text
    assert "This call takes 2 values, 1 came." in told
    assert "Traceback" not in log.read_text() and SECRET not in log.read_text()


def test_the_answer_of_an_event_that_was_begun_is_had_once(app: tuple[str, Path]) -> None:
    url, _ = app
    event = httpx.post(f"{url}/call/models", json={"data": []}).json()["event_id"]
    assert "home-loans" in httpx.get(f"{url}/call/models/{event}", timeout=20).text
    httpx.post(f"{url}/queue/join", json={"data": [], "fn_index": joined_of(url), "session_hash": "mine"})
    with httpx.stream("GET", f"{url}/queue/data?session_hash=mine", timeout=20) as stream:
        assert any("home-loans" in line for line in stream.iter_lines())


def joined_of(url: str) -> int:
    """The number of the call `models`."""
    config = httpx.get(f"{url.removesuffix('/gradio_api')}/config").json()
    return next(int(each["id"]) for each in config["dependencies"] if each["api_name"] == "models")
