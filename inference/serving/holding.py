"""What is too large for an address, kept for a while under a name that nobody can guess. Knows no model."""

import os
import re
import secrets
import time
from pathlib import Path

from ..errors import Busy, NotFound

MOST_BYTES, SECONDS = 256 * 1024**2, 7 * 86_400.0
"""What is kept altogether, and for how long; the oldest leave where the room does not suffice."""
NAME = re.compile(r"[\w-]{22}", re.ASCII)
"""128 random bits."""
GONE = "What this link led to is no longer kept. Ask for a new link, or enter the case anew."


class Holding:
    """Files in a folder that several servers may share, readable by their owner alone."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES, seconds: float = SECONDS) -> None:
        self.folder, self.most_bytes, self.seconds = folder, most_bytes, seconds

    def put(self, data: bytes) -> tuple[str, float]:
        """The name under which `get` gives it back, and until when, in seconds since 1970. Raises Busy."""
        name = secrets.token_urlsafe(16)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.sweep(len(data))
            self._write(name, data)
        except OSError:
            raise Busy("There is no room to keep this input for a link right now; try again later.") from None
        return name, time.time() + self.seconds

    def get(self, name: str) -> bytes:
        """What was put under a name. Raises NotFound where it has left."""
        if not NAME.fullmatch(name):
            raise NotFound(GONE)
        file = self.folder / name
        try:
            if time.time() - file.stat().st_mtime < self.seconds:
                return file.read_bytes()
        except OSError:
            raise NotFound(GONE) from None
        file.unlink(missing_ok=True)
        raise NotFound(GONE)

    def sweep(self, coming: int = 0) -> None:
        """Remove what is too old, and the oldest until `coming` bytes more fit. Another server may be at it, too.

        Raises OSError where the folder cannot be written to.
        """
        kept = sorted(found for entry in own(self.folder) if (found := sized(entry)))
        total = coming + sum(size for _, size, _ in kept)
        for since, size, file in kept:
            if total <= self.most_bytes and time.time() - since < self.seconds:
                return
            file.unlink(missing_ok=True)
            total -= size

    def _write(self, name: str, data: bytes) -> None:
        """Whole or not at all."""
        fresh = self.folder / f".{name}"
        try:
            with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(data)
            os.replace(fresh, self.folder / name)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def own(folder: Path) -> "list[os.DirEntry[str]]":
    """What was put into a folder, half-written or whole, and nothing else that a presenter may have there."""
    try:
        return [entry for entry in os.scandir(folder) if NAME.fullmatch(entry.name.removeprefix("."))]
    except FileNotFoundError:  # it is made when first needed
        return []


def sized(entry: "os.DirEntry[str]") -> tuple[float, int, Path] | None:
    """Since when a file is there, its bytes, and where; None of one that has left meanwhile, or got its name."""
    try:
        found = os.stat(entry)
    except FileNotFoundError:
        return None
    return found.st_mtime, found.st_size, Path(entry)
