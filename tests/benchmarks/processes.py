"""Servers as processes of their own: when they answer, what memory they take. Memory is read from /proc: Linux only."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from inference import demo, models

ROOT = Path(__file__).parents[2]
APP, EMPTY = ROOT / "app.py", Path(__file__).with_name("empty.py")
PATIENCE = 180.0  # seconds until a process is given up
PAUSE = 0.01  # seconds between two questions whether a server answers: the error of `answered`


class Server:
    """A page that was started a moment ago. `answered`: seconds from its start to the first GET / with status 200."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str, start: float) -> None:
        self.pid, self.url, self.start = process.pid, url, start
        with httpx.Client() as client:
            while not answers(client, url):
                if process.poll() is not None or self.age > PATIENCE:
                    raise SystemExit("The server ended, or did not answer in time.")
                time.sleep(PAUSE)
        self.answered = self.age

    @property
    def age(self) -> float:
        """Seconds since the process was started."""
        return time.perf_counter() - self.start

    def post(self, call: str, **body: Any) -> dict[str, Any]:
        """The answer of `/api/v1/{call}`."""
        response = httpx.post(f"{self.url}/api/v1/{call}", timeout=PATIENCE, **body)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def load(self, names: Sequence[str]) -> None:
        """Have each model answer once, which it can only do when it is loaded."""
        for name in names:
            about = demo.read(models.find()[name])
            self.post("predict", json={"model": name, "inputs": about.examples[0].to_json()["inputs"]})


@contextmanager
def served(script: Path, *arguments: str) -> Iterator[Server]:
    """`python script --port … arguments` until the block ends."""
    port = free_port()
    command = [sys.executable, str(script), "--port", str(port), *arguments]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Server(process, f"http://127.0.0.1:{port}", start)
    finally:
        process.kill()  # it keeps nothing that would be worth a goodbye
        process.wait()


def answers(client: httpx.Client, url: str) -> bool:
    """Whether GET / is answered with 200."""
    try:
        return client.get(url, timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident(pid: int | str) -> float:
    """MB that a process holds in memory now (VmRSS); a process may ask for "self"."""
    return status(pid, "VmRSS")


def peak(pid: int | str) -> float:
    """The most MB that it held in memory since its start, or since `forget_peak` (VmHWM)."""
    return status(pid, "VmHWM")


def forget_peak(pid: int | str) -> None:
    """Let the peak start anew from what is held now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def status(pid: int | str, name: str) -> float:
    """A line of /proc/PID/status, in MB (10⁶ bytes)."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.M)
    if found is None:
        raise SystemExit(f"This system does not tell {name}; memory is measured on Linux.")
    return int(found[1]) * 1024 / 1e6


def only(wanted: Sequence[str] | None) -> list[str]:
    """The arguments of app.py that serve these models alone; none, and so all of them, if none is named."""
    return [part for name in wanted or () for part in ("--model", str(models.find()[name]))]


def at_hand(wanted: Sequence[str] | None = None) -> list[str]:
    """The names of the models that have their weights, or of those wanted."""
    return list(wanted or [name for name, folder in models.find().items() if models.weights(folder)])
