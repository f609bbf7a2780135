"""Whoever stops or leaves ends the work: on the page's server, over gradio_client, and over REST."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

import app
from explain.streams import STREAMS
from inference import models
from inference.accelerator import accelerator
from inference.deadline import within
from inference.errors import Left
from inference.serving import admission
from inference.serving.admission import PREDICTING, Admission, Call
from inference.serving.callers import Caller, asking, missed
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.places import Line

INPUTS = {"prompt": "The sea in winter is grey and loud and why do leaves turn red in autumn and what would be done"}
EVALUATIONS = 512


class Counter:
    """How many inputs the model has scored or predicted."""

    def __init__(self) -> None:
        self.scored = 0
        self.started = threading.Event()
        self.admission = Admission()


@pytest.fixture(scope="module")
def counted(tiny_chat: Path) -> Iterator[tuple[str, Counter]]:
    """The app in this process, its chat model counting what it scores; each batch takes a little while."""
    catalogue = Catalogue({"tiny-chat": tiny_chat, "shuttle": models.find()["shuttle"]})
    task, counter = catalogue.task("tiny-chat"), Counter()
    shuttle = catalogue.task("shuttle")
    score_batch = task.score_batch

    def counting(batch: Any, targets: Any, forward: Any) -> Any:
        counter.scored += len(batch["input_ids"])
        counter.started.set()
        time.sleep(0.02)
        return score_batch(batch, targets, forward)

    def predicting(predict_some: Callable[..., Any]) -> Callable[..., Any]:
        def counted(raws: Any) -> Any:
            counter.scored += len(raws)
            counter.started.set()
            time.sleep(0.02)
            return predict_some(raws)

        return counted

    task.score_batch = counting  # type: ignore[method-assign]
    for each in (task, shuttle):
        each.predict_some = predicting(each.predict_some)  # type: ignore[method-assign]
    endpoints = Endpoints(catalogue, STREAMS, counter.admission)
    blocks = app.page(endpoints)
    options = app.parser().parse_args([])
    url = app.launch(blocks, endpoints, options, prevent_thread_lock=True, quiet=True)[1].rstrip("/")
    yield url, counter
    blocks.close()


def assert_work_ends(counter: Counter) -> None:
    """Two batches may still be under way; after that, nothing more is scored."""
    time.sleep(1.0)
    before = counter.scored
    time.sleep(1.0)
    assert counter.scored == before < EVALUATIONS


def test_cancelling_over_gradio_client(counted: tuple[str, Counter]) -> None:
    url, counter = counted
    counter.scored = 0
    job = Client(url, verbose=False).submit("tiny-chat", INPUTS, None, EVALUATIONS, None, api_name="/explain_stream")
    assert next(iter(job))["evaluations"] > 0
    job.cancel()
    assert_work_ends(counter)


def test_closing_the_page_while_it_streams(counted: tuple[str, Counter]) -> None:
    url, counter = counted
    counter.scored = 0
    endpoint = next(
        d["id"] for d in httpx.get(f"{url}/config").json()["dependencies"] if d["api_name"] == "explain_stream"
    )
    values = ["tiny-chat", INPUTS, None, EVALUATIONS, None, "auto"]
    asked = {"data": values, "fn_index": endpoint, "session_hash": "leaving"}
    httpx.post(f"{url}/gradio_api/queue/join", json=asked).raise_for_status()
    with httpx.stream("GET", f"{url}/gradio_api/queue/data", params={"session_hash": "leaving"}) as stream:
        for line in stream.iter_lines():
            if "process_generating" in line:
                break
    assert counter.scored > 0
    assert_work_ends(counter)


ASKED = {"model": "tiny-chat", "inputs": INPUTS}
ASKS = {
    "explain": {**ASKED, "evaluations": EVALUATIONS},
    "explain/stream": {**ASKED, "evaluations": EVALUATIONS},
    "check": {**ASKED, "check": "faithfulness"},
    "evaluate": {"model": "tiny-chat", "rows": [{**INPUTS, "truth": "because"}] * 2_000},
    "inspect": {"model": "tiny-chat", "rows": [{**INPUTS, "truth": "because"}] * 2_000},
    "play": {"model": "shuttle", "ticks": [{f"f{i}": 40 for i in range(1, 10)}] * 500},
}


@pytest.mark.parametrize(("path", "body"), ASKS.items(), ids=ASKS)
def test_leaving_over_rest(counted: tuple[str, Counter], path: str, body: dict[str, Any]) -> None:
    url, counter = counted
    counter.scored = 0
    counter.started.clear()

    def ask() -> None:
        with (
            suppress(httpx.TimeoutException),
            httpx.stream("POST", f"{url}/api/v1/{path}", json=body, timeout=0.5) as r,
        ):
            next(r.iter_lines())

    caller = threading.Thread(target=ask)
    caller.start()
    assert counter.started.wait(10)
    caller.join()
    assert_work_ends(counter)


def called(url: str, *values: Any, name: str) -> Any:
    """The stream of what a call answers that itself does not stream, as curl would ask for it."""
    event = httpx.post(f"{url}/gradio_api/call/{name}", json={"data": values}).json()["event_id"]
    return httpx.stream("GET", f"{url}/gradio_api/call/{name}/{event}", timeout=20)


CALLS: dict[str, tuple[Any, ...]] = {
    "explain": (INPUTS, None, EVALUATIONS, None, "auto"),
    "evaluate": (ASKS["evaluate"]["rows"], "truth", None, None, None, None, None),
    "inspect": (ASKS["inspect"]["rows"], "truth", None, None),
}


@pytest.mark.parametrize(("name", "values"), CALLS.items(), ids=CALLS)
def test_who_leaves_a_call_that_does_not_stream_ends_its_work(
    counted: tuple[str, Counter], name: str, values: tuple[Any, ...]
) -> None:
    url, counter = counted
    counter.scored = 0
    counter.started.clear()
    with called(url, "tiny-chat", *values, name=name):
        assert counter.started.wait(10)
    assert counter.scored > 0
    assert_work_ends(counter)


@pytest.mark.parametrize("path", ["evaluate", "inspect"])
def test_what_takes_longer_than_a_file_may_ends_and_says_so(
    counted: tuple[str, Counter], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, counter = counted
    counter.scored = 0
    monkeypatch.setattr(admission, "within", lambda parts, seconds, answers: within(parts, 0.5, answers))
    refused = httpx.post(f"{url}/api/v1/{path}", json=ASKS[path], timeout=20)
    assert refused.status_code == 503 and "was ended" in refused.json()["detail"]
    assert_work_ends(counter)


@pytest.mark.parametrize("leave", ["curl", "gradio_client"])
def test_who_leaves_a_call_that_does_not_stream_leaves_the_queue(counted: tuple[str, Counter], leave: str) -> None:
    url, counter = counted
    before = counter.admission.lines[PREDICTING]
    line = counter.admission.lines[PREDICTING] = Line(1, 5)
    calls: list[Call] = []
    counter.admission.told.append(calls.append)
    line.join("other")
    try:
        if leave == "curl":
            with called(url, "shuttle", {f"f{i}": 40 for i in range(1, 10)}, name="predict"):
                wait_until(lambda: line.waiting == 1)
        else:
            client = subprocess.Popen([sys.executable, "-c", CLIENT.format(url)])
            wait_until(lambda: line.waiting == 1, 60)
            time.sleep(1)  # it asks first, and then opens the connection on which the answer is to come
            client.kill()
            client.wait(10)
        wait_until(lambda: line.waiting == 0)
        wait_until(lambda: [call.outcome for call in calls] == ["left"])
    finally:
        counter.admission.lines[PREDICTING] = before


CLIENT = """
from gradio_client import Client
Client({!r}, verbose=False).predict("shuttle", {{f"f{{i}}": 40 for i in range(1, 10)}}, api_name="/predict")
"""


def wait_until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_full_explanation_does_reach_its_budget(counted: tuple[str, Counter]) -> None:
    url, counter = counted
    counter.scored = 0
    body = {"model": "tiny-chat", "inputs": INPUTS, "evaluations": EVALUATIONS}
    httpx.post(f"{url}/api/v1/explain", json=body, timeout=60).raise_for_status()
    assert counter.scored >= EVALUATIONS  # so the tests above would notice if leaving changed nothing


def test_where_the_app_serves_no_pass_begins_without_a_place(counted: tuple[str, Counter]) -> None:
    token = asking.set(Caller("203.0.113.1", id="of-a-request"))
    try:
        with pytest.raises(RuntimeError, match="without a place"), accelerator:
            pass
    finally:
        asking.reset(token)


def test_where_the_app_serves_no_pass_begins_that_nobody_waits_for(counted: tuple[str, Counter]) -> None:
    alone = threading.Event()
    token = missed.set(alone)
    try:
        with accelerator:
            pass
        alone.set()
        with pytest.raises(Left), accelerator:
            pass
    finally:
        missed.reset(token)
