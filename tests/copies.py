"""Several copies of the app behind the proxy that assets/deploy/nginx.conf describes, on ports of their own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from conftest import ROOT, free_port, wait_for

CONFIGURED = ROOT / "assets" / "deploy" / "nginx.conf"
AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/seewhy.conf;
}}
"""
"""What a system's own nginx.conf says around it, in a folder that is not the system's."""
PORTS = 7860, 7861
"""Of the copies, as the file has them."""


@dataclass
class Copies:
    """The proxy's address, the copies' ports, their processes and the file that each writes its log to."""

    url: str
    ports: tuple[int, ...]
    processes: list["subprocess.Popen[bytes]"]
    logs: list[Path]

    def who(self, **asked: str) -> int:
        """The number of the copy that a visitor with these headers reaches, by the id that it writes into its log."""
        answer = httpx.get(f"{self.url}/healthz", headers=asked)
        assert answer.status_code == 200
        return self.said(answer.headers["x-request-id"])

    def said(self, text: str) -> int:
        """The number of the copy in whose log a text stands; a line is written once its answer is gone."""
        until = time.monotonic() + 20
        while not (found := [i for i, log in enumerate(self.logs) if text in log.read_text()]):
            assert time.monotonic() < until, f"no copy tells of {text}"
            time.sleep(0.05)
        return found[0]

    def kill(self, number: int) -> None:
        """End a copy without a goodbye."""
        self.processes[number].kill()
        self.processes[number].wait(20)


@contextmanager
def copies(folder: Path, *arguments: str) -> Iterator[Copies]:
    """Two copies of `python app.py arguments`, of one secret, behind nginx, until the block ends."""
    ports = free_port(), free_port()
    shared = ["--secret", f"@{folder / 'key'}", "--links", str(folder / "links"), "--trust-proxy", "--log", "json"]
    logs = [folder / f"copy-{port}.log" for port in ports]
    processes = [
        started([*shared, *arguments, "--port", str(port)], log) for port, log in zip(ports, logs, strict=True)
    ]
    try:
        for port, process in zip(ports, processes, strict=True):
            wait_for(f"http://127.0.0.1:{port}/healthz", process)
        with proxy(folder, ports) as url:
            yield Copies(url, ports, processes, logs)
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)


def started(arguments: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """A copy, in a process of its own."""
    with log.open("w") as output:
        command = [sys.executable, str(ROOT / "app.py"), *arguments]
        return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=dict(os.environ))


@contextmanager
def proxy(folder: Path, ports: tuple[int, ...]) -> Iterator[str]:
    """The address of nginx in front of the ports, until the block ends."""
    port, text = free_port(), CONFIGURED.read_text(encoding="utf-8")
    changes = [("listen 8080", f"listen 127.0.0.1:{port}")]
    changes += [(f"127.0.0.1:{old} ", f"127.0.0.1:{new} ") for old, new in zip(PORTS, ports, strict=True)]
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "seewhy.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    errors = str(folder / "errors.log")
    process = subprocess.Popen([nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", errors])
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def nginx() -> str:
    """The program; administrators alone have its folder on their path."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "these tests need nginx; on Debian: apt-get install nginx-light"
    return found
