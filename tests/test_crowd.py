"""Many people at once over HTTP: turns, words while one waits, refusals with the time to come back, bounded calls.

The app runs in this process, so that a test can hold up its model and see who is let in when.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from crowding import App, crowding, until
from gradio_client import Client

import app as application
from inference.accelerator import accelerator
from inference.serving import admission
from inference.serving.admission import EXPLAINING, PREDICTING, Admission
from inference.serving.limits import Rate
from inference.serving.places import Line

pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")  # by Gradio

ASK = {"model": "sentiment", "inputs": {"text": "a warm and witty film"}}
REASON = {"model": "sentiment", "inputs": ASK["inputs"], "evaluations": 32}
ANNA, BEN = ({"X-Forwarded-For": address} for address in ("203.0.113.1", "203.0.113.2"))


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    with crowding() as app:
        yield app


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


# Turns


def test_one_user_with_twenty_requests_does_not_starve_another(running: App, crowd: ThreadPoolExecutor) -> None:
    running.ended.clear()
    with running.narrow(PREDICTING, 1, 64) as line:
        asked = [crowd.submit(running.post, "predict", ASK, ANNA) for _ in range(20)]
        until(lambda: line.waiting == 19)
        asked += [crowd.submit(running.post, "predict", ASK, BEN) for _ in range(2)]
        until(lambda: line.waiting == 21)
    assert {each.result().status_code for each in asked} == {200}
    order = [call.caller.address[-1] for call in running.ended]
    assert len(order) == 22
    assert [place for place, who in enumerate(order) if who == "2"] in ([1, 3], [2, 4])  # of 22, and he came last


def test_who_waits_is_told_the_place_and_the_seconds_and_last_the_answer(
    running: App, crowd: ThreadPoolExecutor
) -> None:
    with running.narrow(PREDICTING, 1, 64) as line:
        asked = [crowd.submit(running.post, "predict/stream", ASK, BEN) for _ in range(4)]
        until(lambda: line.waiting == 3)
        time.sleep(0.8)  # told a second time
    told = [[json.loads(line) for line in each.result().text.splitlines()] for each in asked]
    first = sorted(lines[0]["waiting"]["place"] for lines in told if "waiting" in lines[0])
    assert first == [1, 2, 3]
    assert all(lines[-1]["prediction"]["items"] for lines in told)
    longest = next(lines for lines in told if lines[0].get("waiting") == {"place": 3, "seconds": 6})
    assert len(longest) >= 3 and all("waiting" in line for line in longest[:-1])


def test_whoever_needs_not_wait_gets_no_word_of_waiting(running: App) -> None:
    (line,) = running.post("predict/stream", ASK).text.splitlines()
    assert "prediction" in json.loads(line)


@pytest.mark.parametrize("path", ["predict", "predict/stream"])
def test_whoever_leaves_while_waiting_leaves_the_queue(running: App, crowd: ThreadPoolExecutor, path: str) -> None:
    with running.narrow(PREDICTING, 1, 64) as line:
        kept = crowd.submit(running.post, "predict", ASK)
        until(lambda: line.working == 1)
        with (
            suppress(httpx.TimeoutException),
            httpx.stream("POST", f"{running.url}/api/v1/{path}", json=ASK, timeout=1.0) as response,
        ):
            next(response.iter_lines())
        until(lambda: line.waiting == 0, 5)
        arrived = running.gates[PREDICTING].arrived
    assert kept.result().status_code == 200
    assert running.gates[PREDICTING].arrived == arrived  # nobody predicted for whoever had left


# Refusals


def test_over_the_limit_a_program_is_told_when_to_come_back(running: App, crowd: ThreadPoolExecutor) -> None:
    with running.narrow(PREDICTING, 1, 3) as line:
        asked = [crowd.submit(running.post, "predict", ASK) for _ in range(4)]
        until(lambda: line.waiting == 3)
        for path in ("predict", "predict/stream"):
            refused = running.post(path, ASK)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "6")
            assert refused.json()["detail"] == (
                "Many people are here right now: 3 are waiting already. Please try again in 6 s."
            )
        with pytest.raises(Exception, match=r"3 are waiting already\. Please try again in 6 s\."):
            Client(running.url, verbose=False).predict("sentiment", ASK["inputs"], api_name="/predict")
    assert {each.result().status_code for each in asked} == {200}


def test_an_address_that_asks_too_often_is_refused_and_no_other(running: App, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(running.url, verbose=False, headers=ANNA)
    monkeypatch.setattr(running.endpoints.admission, "rate", Rate(6))
    found = [running.post("predict", ASK, ANNA).status_code for _ in range(2)]
    assert found == [200, 429]
    forged = {"X-Forwarded-For": f"198.51.100.7, {ANNA['X-Forwarded-For']}"}
    refused = running.post("predict/stream", ASK, forged)
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 10
    assert "more than 6 calls a minute" in refused.json()["detail"]
    assert running.post("predict", ASK, BEN).status_code == 200
    assert {running.post("predict", ASK).status_code for _ in range(8)} == {200}  # this machine itself
    with pytest.raises(Exception, match=r"more than 6 calls a minute\. Please try again in"):
        for _ in range(2):  # the first may come late enough
            client.predict("sentiment", ASK["inputs"], api_name="/predict")


# Long beside short


def test_explanations_that_hold_every_place_and_thread_keep_no_prediction_waiting(running: App) -> None:
    many = EXPLAINING.places + EXPLAINING.room
    assert many > 40  # threads that a server has by default
    with running.narrow(EXPLAINING, EXPLAINING.places, EXPLAINING.room) as line:
        asyncio.run(crowded(running, line, many))


async def crowded(running: App, line: Line, many: int) -> None:
    """So many explanations under way or waiting; then predictions, health and the page."""
    async with httpx.AsyncClient(base_url=running.url, timeout=60, limits=httpx.Limits(max_connections=200)) as client:
        asked = [asyncio.create_task(client.post("/api/v1/explain", json=REASON)) for _ in range(many)]
        while line.waiting < EXPLAINING.room:
            await asyncio.sleep(0.02)
        one_more = await client.post("/api/v1/explain", json=REASON)
        assert one_more.status_code == 503
        predicted = await client.post("/api/v1/predict", json=ASK)
        assert predicted.status_code == 200 and not predicted.json()["warnings"]
        for path in ("/healthz", "/readyz", "/"):
            assert (await client.get(path, timeout=10)).status_code == 200
        for each in asked[4:]:
            each.cancel()
        await asyncio.gather(*asked[4:], return_exceptions=True)
        running.gates[EXPLAINING].open.set()
        for answer in await asyncio.gather(*asked[:4]):
            assert answer.status_code == 200


# Time


def test_a_prediction_does_not_wait_for_the_accelerator_for_longer_than_a_call_may_take(
    running: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.endpoints.admission, "limit", 0.5)
    with accelerator:
        refused = running.post("predict", ASK)
    assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
    assert "left no time for this one" in refused.json()["detail"]
    assert running.post("predict", ASK).status_code == 200


def test_an_explanation_ends_in_time_with_the_best_there_is_and_a_check_says_that_it_could_not(
    running: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.endpoints.admission, "limit", 0.3)
    task = running.endpoints.catalogue.task("sentiment")
    score_batch = task.score_batch
    monkeypatch.setattr(task, "score_batch", lambda *asked: time.sleep(0.1) or score_batch(*asked))
    text = "a warm and witty film that never tires, with a cast that could not be better, and an end that surprises"
    asked = {"model": "sentiment", "inputs": {"text": text}}
    explained = running.post("explain", {**asked, "evaluations": 2_000})
    assert explained.status_code == 200 and 0 < explained.json()["evaluations"] < 1_500
    checked = running.post("check", {**asked, "check": "faithfulness"})
    assert checked.status_code == 503
    assert "was ended" in checked.json()["detail"]


# The defaults


def test_every_kind_of_work_has_places_of_its_own() -> None:
    lines = Admission().lines
    assert len({id(line) for line in lines.values()}) == len(admission.KINDS) == 5
    assert sum(line.places + line.room for line in lines.values()) < admission.THREADS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--rate", "-1"], "--rate must be a number of calls from 0"),
        (["--rate", "inf"], "--rate must be a number of calls from 0"),
        (["--time-limit", "0"], "--time-limit must be a number of seconds above 0"),
        (["--trust-proxy", "-2"], "--trust-proxy must be a number of proxies"),
    ],
)
def test_what_cannot_be_ends_the_program_with_a_message(given: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=said):
        application.main(given)
