"""Many assistants at once: their calls keep nothing else waiting, and end when they leave."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from crowding import App, crowding, until

from inference.serving.admission import EXPLAINING, PREDICTING

pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")  # by Gradio

ASK = {"model": "sentiment", "inputs": {"text": "a warm and witty film"}}
REASON = {**ASK, "evaluations": 32}
MANY = 50
"""More than the threads that a server has by default, 40."""


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    with crowding() as app:
        yield app


@asynccontextmanager
async def clients() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=200)) as client:
        yield client


async def come(true: Callable[[], bool]) -> None:
    """Until something is so."""
    await asyncio.to_thread(until, true, 10)


def test_assistants_that_wait_keep_neither_page_nor_predictions_waiting(running: App) -> None:
    async def crowded() -> list[httpx.Response]:
        async with clients() as client:
            asked = [asyncio.create_task(running.tool(client, "explain", REASON)) for _ in range(MANY)]
            await come(lambda: line.waiting == MANY - EXPLAINING.places)
            for path in ("/healthz", "/readyz", "/", "/theme.css"):
                assert (await client.get(f"{running.url}{path}", timeout=10)).status_code == 200
            assert (await client.post(f"{running.url}/api/v1/predict", json=ASK)).status_code == 200
            running.gates[EXPLAINING].open.set()
            return list(await asyncio.gather(*asked))

    with running.narrow(EXPLAINING, EXPLAINING.places, EXPLAINING.room) as line:
        answers = [each.json()["result"] for each in asyncio.run(crowded())]
    assert all(answer["structuredContent"]["values"] and not answer.get("isError") for answer in answers)


def test_an_assistant_that_leaves_while_waiting_leaves_the_queue(running: App) -> None:
    async def leaves() -> None:
        async with clients() as client:
            asked = asyncio.create_task(running.tool(client, "predict", ASK))
            await come(lambda: line.waiting == 1)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    running.ended.clear()
    with running.narrow(PREDICTING, 1, 5) as line:
        other = line.join("other")
        asyncio.run(leaves())
        until(lambda: line.waiting == 0, 5)
        other.leave()
    assert [call.outcome for call in running.ended] == ["left"]


def test_an_assistant_that_leaves_ends_the_work(running: App, monkeypatch: pytest.MonkeyPatch) -> None:
    task = running.endpoints.catalogue.task("sentiment")
    score_batch, scored = task.score_batch, list[float]()
    slow = lambda *asked: scored.append(time.monotonic()) or time.sleep(0.1) or score_batch(*asked)  # noqa: E731
    monkeypatch.setattr(task, "score_batch", slow)
    text = "a warm and witty film that never tires, with a cast that could not be better, and an end that surprises"

    async def leaves() -> None:
        async with clients() as client:
            long = {**ASK, "inputs": {"text": text}, "evaluations": 2_000}
            asked = asyncio.create_task(running.tool(client, "explain", long))
            await come(lambda: len(scored) > 1)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    running.ended.clear()
    asyncio.run(leaves())
    left = time.monotonic()
    until(lambda: bool(running.ended), 5)
    assert [call.outcome for call in running.ended] == ["left"]
    assert max(scored) < left + 2
