"""Large requests over REST: what is read of them keeps nothing else waiting, and so many are read at once."""

import gc
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from crowding import App, crowding, until

from inference.serving import bodies

pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")  # by Gradio

JSON = {"content-type": "application/json"}
LISTS = b'{"model":"sentiment","inputs":{"text":[%s]}}'
SHORT = 0.3
"""Seconds that a call of no work may take at most, beside whatever else there is."""


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    with crowding() as app:
        sent(app, b"{}")  # the first request makes what all share
        gc.collect()
        gc.freeze()  # in a test run, others hold more than a server does, and looking through it takes its time
        yield app
        gc.unfreeze()


def sent(app: App, body: bytes, path: str = "predict") -> httpx.Response:
    return httpx.post(f"{app.url}/api/v1/{path}", content=body, headers=JSON, timeout=60)


def longest(app: App, post: threading.Thread) -> float:
    """The longest that /healthz took while something was posted, in seconds."""
    took = [0.0]
    with httpx.Client(base_url=app.url, timeout=60) as client:
        client.get("/healthz")
        post.start()
        while post.is_alive():
            start = time.perf_counter()
            client.get("/healthz").raise_for_status()
            took.append(time.perf_counter() - start)
    return max(took)


BODIES = {
    "lists": (b",".join([b"[]"] * 9_000_000), "the sign , 1,000,000 times, got 9,0"),
    "nested": (b",".join([b"[[]]"] * 80_000), "the sign [ 100,000 times, got 160,001"),
    "objects": (b",".join([b'{"a":{}}'] * 80_000), "the sign { 100,000 times, got 160,002"),
    "lists that are read": (b",".join([b"[]"] * 90_000), "Text must be a text, got list"),
    "numbers that are read": (b",".join([b"0.5"] * 900_000), "Text must be a text, got list"),
}


@pytest.mark.parametrize(("values", "said"), BODIES.values(), ids=BODIES)
def test_a_body_of_very_many_values_keeps_nothing_else_waiting(running: App, values: bytes, said: str) -> None:
    answers = list[httpx.Response]()
    post = threading.Thread(target=lambda: answers.append(sent(running, LISTS % values)))
    assert longest(running, post) < SHORT
    assert answers[0].status_code == 422 and said in answers[0].json()["detail"]


def test_so_many_large_bodies_are_read_at_once_so_many_wait_and_more_are_refused(
    running: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go, loads = list[int](), threading.Event(), json.loads

    def slow(text: bytes) -> Any:
        reading.append(len(text))
        assert go.wait(20)
        return loads(text)

    monkeypatch.setattr(bodies, "json", SimpleNamespace(loads=slow))
    large = b'{"model": "sentiment", "inputs": {"text": "%s"}}' % (b"A" * bodies.SMALL)
    many = bodies.READERS + bodies.ROOM
    with ThreadPoolExecutor(many + 3) as pool:
        asked = [pool.submit(sent, running, large) for _ in range(many + 3)]
        try:
            until(lambda: sum(each.done() for each in asked) == 3)
            refused = [each.result() for each in asked if each.done()]
            assert len(reading) == bodies.READERS

        finally:
            go.set()
    assert all(each.status_code == 503 and int(each.headers["retry-after"]) > 0 for each in refused)
    assert all("large requests" in each.json()["detail"] for each in refused)
    assert sorted(each.result().status_code for each in asked) == [422] * many + [503] * 3  # the text is too long
