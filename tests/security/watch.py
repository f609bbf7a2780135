"""Runs a function in a process of its own under watch: what it writes, whom it reaches, which code it loads, how much
memory it takes. `python -m security.watch security.MODULE FUNCTION JSON` is that process.

Python's audit events tell (PEP 578); what native libraries write without them shows in the folders, which are compared
before and after.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
MARK = "found: "
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}
REACHES = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"}


@dataclass(frozen=True)
class Watched:
    """What a function gave back, and what it did: paths written outside its cache, addresses, programs, megabytes."""

    found: Any
    wrote: list[str]
    reached: list[str]
    started: list[str]
    before: float
    peak: float


def watched(module: str, function: str, home: Path, timeout: float = 300, **arguments: Any) -> Watched:
    """`function(**arguments)` in a process whose home, cache and temporary folder lie in `home`; it must live to the
    end, and leave nothing but what is in these.

    The rest of `home` is compared: nothing may appear or change there.
    """
    places = {"HOME": "home", "XDG_CACHE_HOME": "cache", "TMPDIR": "temporary", "GRADIO_TEMP_DIR": "temporary/gradio"}
    for place in places.values():
        (home / place).mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **{name: str(home / place) for name, place in places.items()}}
    environment |= {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "security.watch", module, function, json.dumps(arguments)]
    before = listing(home, *places.values())
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout)
    assert run.returncode == 0, f"it ended with {run.returncode}: {run.stderr[-4_000:]}"
    assert listing(home, *places.values()) == before
    return Watched(**json.loads(next(line for line in run.stdout.splitlines() if line.startswith(MARK))[len(MARK) :]))


def listing(folder: Path, *without: str) -> dict[str, tuple[int, int]]:
    """Size and time of each file under a folder."""
    found = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
    names = {path: path.relative_to(folder) for path in found}
    mine = {path: name for path, name in names.items() if name.parts[0] not in without}
    return {str(name): (path.lstat().st_size, path.lstat().st_mtime_ns) for path, name in mine.items()}


class Watch:
    """What happened since it began."""

    def __init__(self) -> None:
        self.wrote: list[str] = []
        self.reached: list[str] = []
        self.started: list[str] = []
        own = [os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR")]
        self.own = tuple(os.path.realpath(place) + os.sep for place in own)
        self.on = False

    def __call__(self, event: str, values: tuple[Any, ...]) -> None:
        """An audit hook."""
        if not self.on:
            return
        if event == "open" and values[2] is not None and values[2] & WRITING and not isinstance(values[0], int):
            self._note(os.path.realpath(os.fsdecode(values[0])))
        elif event in CHANGES:
            if event not in ("os.symlink", "os.link"):  # what they name stays as it is
                self._note(values[0], values[-1] if event in ("os.remove", "os.rmdir", "os.mkdir") else -1)
            if event in ("os.rename", "os.symlink", "os.link"):
                self._note(values[1])
        elif event in REACHES:
            self.reached.append(f"{event} {values[1:]}")
        elif event in STARTS:
            self.started.append(f"{event} {values[0]}")

    def _note(self, path: Any, beside: int = -1) -> None:
        """A path that was written; beside: the open folder that it is relative to."""
        if isinstance(path, int) or path is None:
            return
        folder = os.getcwd() if beside == -1 else os.readlink(f"/proc/self/fd/{beside}")
        parent, name = os.path.split(os.path.join(folder, os.fsdecode(path)))  # of a link itself, not of what it names
        where = os.path.join(os.path.realpath(parent), name)
        if not f"{where}{os.sep}".startswith(self.own) and where != os.devnull:
            self.wrote.append(where)


def megabytes() -> float:
    """The most that this process has taken so far."""
    status = Path("/proc/self/status").read_text()  # getrusage would count what the parent took before the fork
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


WATCH = Watch.__new__(Watch)
"""The one of this process, for functions that begin to be watched only once they are warm."""


def begin() -> None:
    """From now on it counts: what was loaded before is the application itself."""
    WATCH.before = megabytes()  # type: ignore[attr-defined]
    WATCH.on = True


def main(module: str, function: str, arguments: str) -> None:
    """Run a function under watch and print what came of it."""
    import importlib

    import security.watch as this  # the functions import it under this name

    this.WATCH = watch = Watch()
    sys.addaudithook(watch)
    found = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    assert watch.on, "it never began to be watched"
    watch.on = False
    told = {"found": found, "wrote": watch.wrote, "reached": watch.reached, "started": watch.started}
    print(MARK + json.dumps({**told, "before": watch.before, "peak": megabytes()}))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
