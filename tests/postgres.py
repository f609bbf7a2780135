"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OWNER = "postgres"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""


def program(name: str) -> str:
    """Where a program of PostgreSQL's server lies; Debian keeps them off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    assert found, f"these tests need PostgreSQL's {name}; on Debian: apt-get install postgresql"
    return found


@dataclass
class Server:
    """A server and its folder; it can be stopped, killed and started again."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"postgresql:///postgres?host={self.folder}&user={OWNER}"

    def make(self) -> None:
        """An empty cluster."""
        own = ["--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--no-instructions"]
        self._run(program("initdb"), f"--pgdata={self.folder / 'data'}", *own).wait(60)

    def start(self) -> None:
        """Until it takes connections."""
        ready = self.folder / "data" / "postmaster.pid"
        self.process = self._run(
            program("postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="
        )
        for _ in range(300):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            if ready.is_file() and "ready" in ready.read_text():
                return
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL did not start")

    def stop(self) -> None:
        """At once, with its connections."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As when the power fails: none of its processes gets to write anything more."""
        self._all(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(20)
        (self.folder / "data" / "postmaster.pid").unlink()

    @contextmanager
    def still(self) -> Iterator[None]:
        """All of its processes stand still, their connections open, until the block ends."""
        self._all(signal.SIGSTOP)
        try:
            yield
        finally:
            self._all(signal.SIGCONT)

    def _all(self, how: signal.Signals) -> None:
        assert self.process is not None
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        for pid in [self.process.pid, *map(int, children.stdout.split())]:
            os.kill(pid, how)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    def _run(self, *command: str) -> "subprocess.Popen[bytes]":
        owner = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.getuid() == 0 else {}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **owner)  # type: ignore[call-overload]


@contextmanager
def serving() -> Iterator[Server]:
    """A server that is running; the path of its socket may have about 100 characters, so it is a short one."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = Server(folder)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
