"""Fixtures: every model folder as a loaded task, the tiny models of tests/tiny among them."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that reached for a hub would fail, not wait
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests run in two processes, and share the cores

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest
import tiny

import inference
from inference import models
from inference.task import Task

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by its name, built when it is first asked for."""
    root = tmp_path_factory.mktemp("models")
    return cache(lambda name: tiny.build(name, root / name))


@pytest.fixture(scope="session")
def tiny_chat(tiny_models: Callable[[str], Path]) -> Path:
    """A model folder of the task text-generation."""
    return tiny_models("tiny-chat")


@cache
def load(folder: Path) -> Task:
    """One loaded task per folder and test run."""
    return inference.load(folder)


def shipped() -> list[str]:
    """The names of the model folders whose weights are at hand without a conversion."""
    found = models.find()
    return [name for name, folder in found.items() if models.weights(folder) in found.values()]


@pytest.fixture(params=[*shipped(), *tiny.names()])
def task(request: pytest.FixtureRequest, tiny_models: Callable[[str], Path]) -> Task:
    """Each model of the product in turn, and each tiny one."""
    return load(tiny_models(request.param) if request.param in tiny.names() else models.find()[request.param])


BESIDE = ("tiny-chat", "tiny-dialogue")
"""The tiny models that the server offers beside those that come with the product."""


@pytest.fixture(scope="session")
def server(tiny_models: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real app, started as a presenter would, with tiny models that write beside the others."""
    log = tmp_path_factory.mktemp("log") / "app.log"
    beside = [part for name in BESIDE for part in ("--model", str(tiny_models(name)))]
    with serving("--model", "assets/models", *beside, log=log) as url:
        yield url


OURS = re.compile(r'(File ".*/|at |> |"lines": .*")(inference|explain)/(?!panels/restraint.py)')
"""How the log tells of an unforeseen error in our code: a traceback, or the lines that it came through. Those of the
last file are around every event.
"""


@contextmanager
def serving(
    *arguments: str, log: Path, script: Path = ROOT / "app.py", apart: bool = False, **environment: str
) -> Iterator[str]:
    """`python app.py …` in a process of its own, until the block ends; no unforeseen error may have come through our
    code, unless `script` plants one. log: what it writes; apart: without what it prints for whoever starts it.
    """
    port = free_port()
    command = [sys.executable, str(script), *arguments]
    environment = {"GRADIO_SERVER_PORT": str(port), **environment}
    with log.open("w") as output:
        printed = subprocess.DEVNULL if apart else output
        process = subprocess.Popen(command, cwd=ROOT, stdout=printed, stderr=output, env={**os.environ, **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/api/v1/models", process)
        yield url
    finally:
        process.terminate()
        process.wait(20)
    assert script.name == "faulty.py" or not OURS.search(log.read_text()), log.read_text()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Until `url` answers, if only by asking who it is; at most 90 seconds."""
    for _ in range(300):
        assert process.poll() is None, "the app ended before it answered"
        try:
            if httpx.get(url, timeout=5).status_code in (200, 401):  # 401: asked for a name and a password
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise TimeoutError(url)
