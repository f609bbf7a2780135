"""A folder of this process's own for files that nobody needs after it: what visitors send, open and take along.

A lock on it lasts as long as the process, so that whoever starts next can tell what one left that was killed. It knows
none of the files.
"""

import atexit
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from .errors import ModelError

if sys.platform != "win32":
    import fcntl

PREFIX = "seewhy-"
LOCK = ".seewhy-lock"
UPLOADS = "GRADIO_TEMP_DIR"
"""Gradio's variable for where uploads go; unless given, they lie beside other temporary files."""
_held: list[tuple[Path, int | None]] = []
"""What goes with this process, and its locks."""


def settle() -> None:
    """From here on the temporary files of this process lie in a folder that goes with it. Raises ModelError."""
    try:
        tempfile.tempdir = str(lasting(Path(tempfile.gettempdir())))
        if given := os.environ.get(UPLOADS):
            os.environ[UPLOADS] = str(lasting(Path(given)))
    except OSError:
        raise ModelError(f"No temporary folder can be written to: make room, or set TMPDIR or {UPLOADS}.") from None


def lasting(base: Path) -> Path:
    """A new folder in `base` that lasts as long as this process. Raises OSError."""
    folder, lock = held(base, PREFIX)
    _held.append((folder, lock))
    atexit.register(end, folder, lock, os.getpid())
    return folder


def end(folder: Path, lock: int | None, owner: int) -> None:
    """Remove what goes with this process, which is not one that was forked off."""
    if os.getpid() == owner:
        leave(folder, lock)


def touch() -> None:
    """Show whoever clears temporary folders by age that these are in use."""
    for folder, _ in _held:
        with suppress(OSError):
            os.utime(folder)
            os.utime(folder / LOCK)


def held(base: Path, prefix: str) -> tuple[Path, int | None]:
    """A new folder in `base` that is held, once what other processes have left behind there is gone. Raises OSError."""
    base.mkdir(parents=True, exist_ok=True)
    clear(base, prefix)
    fresh = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=base))
    lock = hold(fresh)
    return fresh.rename(base / fresh.name[1:]), lock  # nobody looks for it before it is held


def hold(folder: Path) -> int | None:
    """A lock on a folder that lasts as long as this process; None if another has it, or where there are none."""
    if sys.platform == "win32":
        return None
    try:
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR)
    except OSError:  # no folder, or gone meanwhile
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def clear(base: Path, prefix: str) -> None:
    """Remove what processes have left behind that were ended before they could tidy up."""
    for folder in base.glob(f"{prefix}*"):
        if (folder / LOCK).is_file() and (lock := hold(folder)) is not None:
            leave(folder, lock)


def leave(folder: Path, lock: int | None) -> None:
    """Remove a folder that is held, then let go of it."""
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)
