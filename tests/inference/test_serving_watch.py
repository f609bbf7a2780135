"""Around every request: its id, whose it is, its line in the log; health, readiness, and who may read the measures."""

import gc
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import serving
from fastapi import FastAPI
from gradio_client import Client
from starlette.testclient import TestClient

from inference import models, observing
from inference.errors import Busy, InputError, TooMany
from inference.serving import callers, logs, watch
from inference.serving.admission import PREDICTING, Admission, outcome
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.logs import Lines
from inference.serving.metrics import Metrics
from inference.serving.places import Line
from inference.serving.watch import Watch

SECRET = "my very secret sentence"
ASK = {"model": "sentiment", "inputs": {"text": SECRET}}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue({"sentiment": models.find()["sentiment"]})


class App:
    """The REST API with what watches it, asked from an address."""

    def __init__(self, catalogue: Catalogue, proxies: int = 0, token: str | None = None, outside: bool = False) -> None:
        self.endpoints = Endpoints(catalogue)
        self.metrics = Metrics(catalogue, self.endpoints.admission)
        self.endpoints.admission.told.append(logs.call_ended)
        self.app = rest(self.endpoints)
        self.app.router.routes += watch.routes(self.endpoints.ready, self.metrics, token, outside)
        self.app.add_middleware(Watch, proxies=proxies, metrics=self.metrics)

    def client(self, address: str = "127.0.0.1", name: str = "127.0.0.1:7860") -> TestClient:
        return TestClient(self.app, base_url=f"http://{name}", client=(address, 4711), raise_server_exceptions=False)


@pytest.fixture
def app(catalogue: Catalogue) -> App:
    return App(catalogue)


def value(app: App, name: str, **labels: str) -> float | None:
    return app.metrics.registry.get_sample_value(name, labels)


# Ids


def test_an_id_comes_out_as_it_went_in_and_else_is_made(app: App) -> None:
    client = app.client()
    given = client.get("/healthz", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"]
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    forged = client.get("/healthz", headers={"X-Request-ID": 'x", "level": "error'}).headers["x-request-id"]
    assert given == "mine-1"
    assert len({*made, forged}) == 3 and all(len(each) == 16 for each in (*made, forged))


def test_an_unforeseen_error_is_quoted_by_the_id_of_its_request(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("no")

    monkeypatch.setattr(app.endpoints.catalogue, "task", broken)
    answer = app.client().post("/api/v1/predict", json=ASK, headers={"X-Request-ID": "mine-2"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "mine-2")
    assert answer.json()["detail"].endswith("quote error mine-2.")


def test_nothing_of_one_request_is_left_for_the_next(app: App) -> None:
    app.client().get("/healthz", headers={"X-Request-ID": "mine-3"})
    assert callers.who() == callers.Caller()


# Health


def test_alive_is_said_to_everybody(app: App) -> None:
    assert app.client("203.0.113.1", "example.com").get("/healthz").json() == {"alive": True}


def test_ready_is_said_once_nothing_is_missing(app: App) -> None:
    client = app.client("203.0.113.1", "example.com")
    app.endpoints.ready["models"] = lambda: "1 of 2 models are loaded"
    app.endpoints.ready["database"] = lambda: None
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "missing": {"models": "1 of 2 models are loaded"}},
    )
    app.endpoints.ready["models"] = lambda: None
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": {}})


# Who may read the measures


def test_this_machine_may_read_the_measures(app: App) -> None:
    for address, name in (("127.0.0.1", "127.0.0.1:7860"), ("::1", "[::1]:7860"), ("127.0.0.1", "localhost")):
        answer = app.client(address, name).get("/metrics")
        assert answer.status_code == 200 and "seewhy_requests" in answer.text
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize(
    ("address", "name", "headers"),
    [
        ("203.0.113.1", "127.0.0.1:7860", {}),
        ("10.0.0.2", "localhost", {}),
        ("127.0.0.1", "example.com", {}),  # a relay on this machine, or a name that was pointed at it
        *[("127.0.0.1", "localhost", {header: "127.0.0.1"}) for header in callers.FORWARDED],
    ],
)
def test_nobody_else_may_and_a_proxy_on_this_machine_opens_nothing(
    app: App, address: str, name: str, headers: dict[str, str]
) -> None:
    answer = app.client(address, name).get("/metrics", headers=headers)
    assert (answer.status_code, "seewhy" in answer.text) == (404, False)


def test_a_caller_behind_a_trusted_proxy_cannot_pass_as_this_machine(catalogue: Catalogue) -> None:
    app = App(catalogue, proxies=1)
    for noted in ("127.0.0.1", "::1", "203.0.113.1, 127.0.0.1"):
        answer = app.client("10.0.0.2", "localhost").get("/metrics", headers={"X-Forwarded-For": noted})
        assert answer.status_code == 404


def test_behind_a_relay_not_even_this_machine_may(catalogue: Catalogue) -> None:
    assert App(catalogue, outside=True).client().get("/metrics").status_code == 404


def test_with_a_token_everybody_needs_it(catalogue: Catalogue) -> None:
    app = App(catalogue, token="open sesame", outside=True)
    for address in ("127.0.0.1", "203.0.113.1"):
        client = app.client(address, "example.com")
        bearer = {"Authorization": "Bearer open sesame", "X-Forwarded-For": "203.0.113.9"}
        assert client.get("/metrics", headers=bearer).status_code == 200
        for wrong in ("Bearer open", "open sesame", "Basic open sesame", "Bearer open sesame ö"):
            refused = client.get("/metrics", headers={"Authorization": wrong.encode()})  # type: ignore[dict-item]
            assert refused.status_code == 404
        assert client.get("/metrics").status_code == 404


def test_a_proxy_that_nobody_named_is_told_of_once(app: App, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        app.client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.1"})
    assert caplog.text.count("start with --trust-proxy") == 1


# What is measured


def test_a_call_is_counted_by_how_it_ended_and_timed_step_by_step(app: App) -> None:
    client = app.client()
    assert client.post("/api/v1/predict", json=ASK).status_code == 200
    assert client.post("/api/v1/predict", json={**ASK, "inputs": {}}).status_code == 422
    labels = {"call": "predict", "model": "sentiment"}
    assert value(app, "seewhy_requests_total", **labels, outcome="answered") == 1
    assert value(app, "seewhy_requests_total", **labels, outcome="refused") == 1
    assert value(app, "seewhy_request_seconds_count", **labels) == 1
    assert value(app, "seewhy_step_seconds_count", model="sentiment", step="forward pass") == 1
    assert value(app, "seewhy_wait_seconds_count", kind="predictions") == 1
    assert value(app, "seewhy_http_requests_total", route="/api/v1/predict", status="200") == 1
    assert value(app, "seewhy_http_requests_total", route="/api/v1/predict", status="422") == 1


def test_a_name_that_a_visitor_makes_up_is_no_label(app: App) -> None:
    for name in ("someone/private", "x" * 200):
        app.client().post("/api/v1/predict", json={**ASK, "model": name})
        app.client().get(f"/{name}")
    assert value(app, "seewhy_requests_total", call="predict", model="other", outcome="refused") == 2
    text = app.metrics.text().decode()
    assert "someone" not in text and "xxx" not in text and SECRET not in text


def test_the_queue_is_measured_when_somebody_looks(app: App) -> None:
    line = app.endpoints.admission.lines[PREDICTING] = Line(1, 5)
    tickets = [line.join("a") for _ in range(4)]
    assert value(app, "seewhy_working", kind="predictions") == 1
    assert value(app, "seewhy_waiting", kind="predictions") == 3
    for ticket in tickets:
        ticket.leave()
    assert value(app, "seewhy_working", kind="predictions") == value(app, "seewhy_waiting", kind="predictions") == 0


def test_batches_and_looks_into_caches_are_told_from_deep_inside(app: App) -> None:
    observing.watch(app.metrics)
    for size in (1, 8, 8):
        observing.observe_batch("sentiment", size)
    observing.observe_cache("explanations", True)
    assert value(app, "seewhy_batch_size_count", model="sentiment") == 3
    assert value(app, "seewhy_batch_size_sum", model="sentiment") == 17
    assert value(app, "seewhy_batch_size_bucket", model="sentiment", le="4.0") == 1
    assert value(app, "seewhy_cache_lookups_total", cache="explanations", found="yes") == 1


def test_who_watched_is_not_kept_alive(catalogue: Catalogue) -> None:
    gc.collect()
    before = len(list(observing._watching()))
    observing.watch(Metrics(catalogue, Admission()))
    gc.collect()
    assert len(list(observing._watching())) == before


def test_memory_is_measured(app: App, catalogue: Catalogue) -> None:
    task = catalogue.task("sentiment")
    assert value(app, "seewhy_models_loaded") == 1
    assert (value(app, "seewhy_models_bytes") or 0) >= task.bytes
    used, total = (value(app, "seewhy_device_memory_bytes", device="cpu", state=state) for state in ("used", "total"))
    assert used and total and 0 < used < total
    assert (value(app, "process_resident_memory_bytes") or 0) > 1e8


@pytest.mark.parametrize(
    ("error", "ended"),
    [(TooMany("", 1), "limited"), (Busy(""), "busy"), (InputError(""), "refused"), (RuntimeError(), "failed")],
)
def test_how_a_call_ended_follows_from_its_error(error: Exception, ended: str) -> None:
    assert outcome(error) == ended


# The log


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the log would write as JSON."""
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(Lines().format(record))

    keep, root = Keep(), logging.getLogger()
    root.addHandler(keep)
    levels = {each: each.level for each in (logs.CALLS, logs.REQUESTS)}
    for each in levels:
        each.setLevel(logging.INFO)
    yield found
    root.removeHandler(keep)
    for each, level in levels.items():
        each.setLevel(level)


def test_a_call_and_its_request_are_lines_of_one_id_without_what_was_sent(app: App, lines: list[str]) -> None:
    app.client("203.0.113.77").post(f"/api/v1/predict?q={SECRET}", json=ASK, headers={"X-Request-ID": "mine-4"})
    call, request = (json.loads(line) for line in lines)
    assert {call["request"], request["request"]} == {"mine-4"}
    assert (call["call"], call["outcome"], call["kind"]) == ("predict", "answered", "predictions")
    assert call["steps_ms"]["forward pass"] > 0 and call["ms"] >= call["waited_ms"]
    assert (request["route"], request["status"], request["method"]) == ("/api/v1/predict", 200, "POST")
    text = "\n".join(lines)
    assert "secret" not in text and "203.0.113" not in text and "positive" not in text


def test_an_unforeseen_error_is_told_by_its_place_and_not_by_its_words(
    app: App, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError(f"could not convert {SECRET}")

    monkeypatch.setattr(app.endpoints.catalogue, "task", broken)
    app.client().post("/api/v1/predict", json=ASK, headers={"X-Request-ID": "mine-5"})
    found = [json.loads(line) for line in lines]
    (told,) = [line for line in found if line["level"] == "error"]
    assert told["request"] == "mine-5" and told["error"]["type"] == "ValueError"
    assert any(place.startswith("inference/serving/endpoints.py:") for place in told["error"]["lines"])
    assert [line["outcome"] for line in found if "outcome" in line] == ["failed"]
    text = "\n".join(lines)
    assert "secret" not in text and str(Path.cwd()) not in text


def test_the_path_of_an_upload_is_told_by_its_route(catalogue: Catalogue, lines: list[str]) -> None:
    app = FastAPI()
    app.add_middleware(Watch)

    @app.get("/files/{name}")
    def file(name: str) -> str:
        return name

    TestClient(app).get("/files/anna-biopsy.png")
    TestClient(app).get("/nowhere/anna-biopsy.png")
    assert [json.loads(line)["route"] for line in lines] == ["/files/{name}", "other"]


def test_the_app_itself_is_watched(tmp_path: Path) -> None:
    log = tmp_path / "log"
    given = ("--model", "assets/models/sentiment", "--log", "json", "--trust-proxy", "--metrics-token", "open")
    with serving(*given, log=log, apart=True) as url:
        assert httpx.get(f"{url}/healthz").json() == {"alive": True}
        end = time.monotonic() + 60
        while httpx.get(f"{url}/readyz").status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.2)
        anna = {"X-Forwarded-For": "203.0.113.88", "X-Request-ID": "mine-6"}
        client = Client(url, verbose=False, headers=anna)
        assert client.predict("sentiment", ASK["inputs"], api_name="/predict")["model"] == "sentiment"
        assert httpx.get(f"{url}/metrics").status_code == 404
        measures = httpx.get(f"{url}/metrics", headers={"Authorization": "Bearer open"}).text
    assert 'seewhy_requests_total{call="predict",model="sentiment",outcome="answered"} 1.0' in measures
    assert 'seewhy_batch_size_count{model="sentiment"} 1.0' in measures
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (call,) = [line for line in lines if line["logger"] == "seewhy.calls"]
    assert call["request"] == "mine-6"  # although Gradio runs it apart from the request
    assert "secret" not in log.read_text() and "203.0.113" not in log.read_text()
