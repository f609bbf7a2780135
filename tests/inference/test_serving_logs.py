"""What goes wrong unforeseen is in the log by its class, its place and its request, in neither format by its words."""

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, serving
from gradio_client import Client
from gradio_client.exceptions import AppError

from inference.serving.logs import Lines, Words

FAULTY = ROOT / "tests" / "faulty.py"
FAULTS = ("route", "halfway", "render", "event")


def provoke(url: str) -> dict[str, str]:
    """Each fault of tests/faulty.py, under its name as the request's id; what the visitor is told of it."""
    told = {"route": httpx.get(f"{url}/metrics", headers=called("route")).json()["detail"]}
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/halfway", headers=called("halfway"))
    told["render"] = drawn(url)
    with pytest.raises(AppError) as event:
        Client(url, verbose=False, headers=called("event")).predict(api_name="/broken")
    return told | {"event": str(event.value)}


def called(id: str) -> dict[str, str]:
    return {"X-Request-ID": id}


def drawn(url: str) -> str:
    """What the page gets in the place of a model's screen."""
    config = httpx.get(f"{url}/config").json()
    (chosen,) = [each["id"] for each in config["components"] if each["props"].get("elem_id") == "chosen"]
    (number,) = [each["id"] for each in config["dependencies"] if [chosen, "change"] in each["targets"]]
    asked = {"fn_index": number, "session_hash": "s", "data": ["sentiment"]}
    assert httpx.post(f"{url}/gradio_api/queue/join", json=asked, headers=called("render")).status_code == 200
    with httpx.stream("GET", f"{url}/gradio_api/queue/data?session_hash=s", timeout=30) as stream:
        return next(line for line in stream.iter_lines() if "process_completed" in line)


@pytest.fixture(scope="module", params=["json", "text"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, dict[str, str]]:
    """The format, all of the log, and what visitors were told."""
    log: Path = tmp_path_factory.mktemp("faulty") / "log"
    given = ("--model", "assets/models/sentiment", "--log", request.param)
    with serving(*given, log=log, script=FAULTY, apart=True) as url:
        told = provoke(url)
    return request.param, log.read_text(), told


def test_a_visitor_is_told_the_id_to_quote(found: tuple[str, str, dict[str, str]]) -> None:
    _, _, told = found
    assert sorted(told) == ["event", "render", "route"]
    for id, words in told.items():
        assert f"Please try again, or quote error {id}." in words


def test_nothing_that_was_sent_is_in_the_log(found: tuple[str, str, dict[str, str]]) -> None:
    _, text, told = found
    assert "secret" not in text + "".join(told.values()) and "Traceback" not in text
    assert text.count("ValueError") == 6  # each fault, a thread, and what the server itself makes of the half answer
    assert "said by a library" in text and "this is going to leave" in text


def test_each_fault_is_one_line_with_its_request_and_its_place(found: tuple[str, str, dict[str, str]]) -> None:
    _, text, _ = found
    for id in FAULTS:
        (line,) = [each for each in text.splitlines() if f"error {id}" in each]
        assert "ValueError" in line and "tests/faulty.py:19" in line and str(ROOT) not in line


def test_each_line_of_json_is_an_object(found: tuple[str, str, dict[str, str]]) -> None:
    kind, text, _ = found
    if kind == "json":
        lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
        assert {"seewhy.requests", "uvicorn.error", "transformers.models", "py.warnings"} <= {
            line["logger"] for line in lines
        }
    else:
        assert "WARNING transformers.models: said by a library, request route" in text.splitlines()


@pytest.mark.parametrize("form", [Words, Lines])
def test_what_asyncio_quotes_of_an_error_is_not_told(form: type[logging.Formatter]) -> None:
    error = ValueError("my secret")
    said = f"Task exception was never retrieved\nfuture: <Task exception={error!r}>"
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, said, (), (ValueError, error, None))
    told = form().format(record)
    assert "never retrieved" in told and "ValueError" in told and "secret" not in told
