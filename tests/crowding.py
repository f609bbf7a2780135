"""An app that runs in the tests' own process, whose model waits at gates: so a queue forms when a test wants one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

import app as application
from explain.streams import STREAMS
from inference import models
from inference.serving.admission import EXPLAINING, PREDICTING, Call, Kind
from inference.serving.admitting import admission
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.serving.paths import MCP
from inference.serving.places import Line
from inference.serving.tools import Tools


class Gate:
    """What the model waits at, and how many have come to it."""

    def __init__(self) -> None:
        self.open, self.arrived = threading.Event(), 0
        self.open.set()

    def __call__(self) -> None:
        self.arrived += 1
        assert self.open.wait(60)


class App:
    """The running app, its gates by kind of work, and the calls that have ended."""

    def __init__(self, url: str, endpoints: Endpoints, gates: dict[Kind, Gate]) -> None:
        self.url, self.endpoints, self.gates = url, endpoints, gates
        self.ended: list[Call] = []

    @contextmanager
    def narrow(self, kind: Kind, places: int, room: int) -> Iterator[Line]:
        """So few places of a kind, and its gate shut; at the end it is opened, and all must have left."""
        lines, usual = self.endpoints.admission.lines, self.endpoints.admission.lines[kind]
        line = lines[kind] = Line(places, room, usual=2.0)
        self.gates[kind].open.clear()
        try:
            yield line
        finally:
            self.gates[kind].open.set()
            until(lambda: line.working == line.waiting == 0)
            lines[kind] = usual

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        return httpx.post(f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=60)

    async def tool(self, client: httpx.AsyncClient, name: str, asked: dict[str, Any]) -> httpx.Response:
        """A call by the Model Context Protocol."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": asked}}
        return await client.post(f"{self.url}{MCP}", json=call, headers={"accept": "application/json"})


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.01)


@contextmanager
def crowding() -> Iterator[App]:
    """The app behind one trusted proxy; predictions and explanations pass a gate."""
    catalogue = Catalogue({"sentiment": models.find()["sentiment"]})
    task, gates = catalogue.task("sentiment"), {PREDICTING: Gate(), EXPLAINING: Gate()}
    run, score_batch = task.run, task.score_batch
    task.run = lambda batch: gates[PREDICTING]() or run(batch)  # type: ignore
    task.score_batch = lambda *asked: gates[EXPLAINING]() or score_batch(*asked)  # type: ignore
    options = application.parser().parse_args(["--trust-proxy", "--rate", "0"])
    endpoints = Endpoints(catalogue, STREAMS, admission(options))
    blocks = application.page(endpoints)
    tools = Tools(endpoints)
    url = application.launch(blocks, endpoints, options, tools, prevent_thread_lock=True, quiet=True)[1].rstrip("/")
    app = App(url, endpoints, gates)
    endpoints.admission.told.append(lambda call: app.ended.append(call))
    yield app
    blocks.close()
