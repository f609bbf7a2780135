"""How a server ends: told to, it takes along what visitors have sent; killed, the next one does; what is old goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, free_port, wait_for

from inference.serving import ending

LOANS = "assets/models/home-loans"


@contextmanager
def started(folder: Path, *more: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The address of an app whose temporary files lie in a folder, and its process."""
    port = free_port()
    given = {**os.environ, "TMPDIR": str(folder), "GRADIO_SERVER_PORT": str(port)}
    given.pop("GRADIO_TEMP_DIR", None)
    command = [sys.executable, "app.py", "--model", LOANS, *more]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(url := f"http://127.0.0.1:{port}", process)
        yield url, process
    finally:
        process.kill()
        process.wait(20)


def sent(url: str) -> Path:
    """Where a file lies that was sent."""
    (found,) = httpx.post(f"{url}/gradio_api/upload", files={"files": ("a.csv", b"a visitor's")}).json()
    return Path(found)


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 0)], ids=["SIGTERM", "Ctrl-C"])
def test_a_server_that_is_told_to_end_ends_and_leaves_nothing(how: int, status: int, tmp_path: Path) -> None:
    with started(tmp_path) as (url, process):
        assert sent(url).read_bytes() == b"a visitor's" and sent(url).is_relative_to(tmp_path)
        with httpx.stream("GET", f"{url}/gradio_api/heartbeat/x"):  # a page is open
            process.send_signal(how)
            assert process.wait(10) == status
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_what_a_killed_server_left_goes_when_the_next_one_starts_and_old_links_too(tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    old = links / ("x" * 22)
    old.write_bytes(b"a picture")
    os.utime(old, (0, 0))
    with started(tmp_path) as (url, process):
        left = sent(url)
        process.kill()
        process.wait(10)
        assert left.exists()
    with started(tmp_path, "--secret", "a key that nobody knows", "--links", str(links)) as (url, _):
        with started(tmp_path):  # of two that run, neither takes anything from the other
            mine = sent(url)
        assert not left.exists() and mine.exists()
        until = time.monotonic() + 20
        while old.exists() and time.monotonic() < until:
            time.sleep(0.1)
        assert not old.exists()


def test_every_hour_each_is_done_whatever_becomes_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("failed")
        raise OSError("a disk that is away")

    class Enough(Exception):
        """The test is over."""

    def sleep(seconds: float) -> None:
        assert seconds == 3600
        if len(done) == 6:
            raise Enough

    monkeypatch.setattr(ending.time, "sleep", sleep)
    with pytest.raises(Enough):
        ending.sweeping((lambda: done.append("first"), fails, lambda: done.append("last")))
    assert done == ["first", "failed", "last"] * 2


def test_as_the_first_process_of_a_container_it_ends_too(tmp_path: Path) -> None:
    """That process alone is spared the signal by the system unless it says what it does."""
    code = "import os, signal; from inference.serving import ending; ending.begin(); "
    code += (
        "assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, None); os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 143


def test_what_does_not_end_is_not_waited_for(tmp_path: Path) -> None:
    code = "import atexit, os, signal, time; from inference.serving import ending; ending.PATIENCE = 0.3; "
    code += "atexit.register(time.sleep, 60); ending.begin(); os.kill(os.getpid(), signal.SIGTERM)"
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 143
    assert time.monotonic() - began < 30
