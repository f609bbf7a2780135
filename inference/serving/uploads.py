"""What visitors send before they ask: counted as calls, no more than there is room for, deleted after an hour or two.

It knows the folder, and neither a page nor what the files are.
"""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import TooMany
from .callers import who
from .entrance import logged_in
from .limits import Rate
from .reports import LATER, NO_ROOM, report

UPLOAD = re.compile(r"/upload/?$")
"""Where Gradio takes files, wherever a proxy puts it."""
SECONDS = 3600.0
"""How long a file stays at least; with a look every hour, two hours at most."""
MOST_BYTES, MOST_SHARE = 2 * 1024**3, 0.5
"""What is kept altogether: so much, and of the disk's room so large a part, since others write there as well."""
FRESH = 10.0
"""Seconds for which it is believed how full the folder is; what comes meanwhile is counted."""


class Room:
    """The folder of uploads, and of what else the page shows as a file."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES, kept: Callable[[], set[str]] = set) -> None:
        """kept: files that the page itself has there, which stay as long as it does."""
        self.folder, self.most_bytes, self.kept = folder, most_bytes, kept
        self._measuring = threading.Lock()
        self._used, self._most, self._measured = 0, most_bytes, float("-inf")

    @property
    def is_full(self) -> bool:
        """Whether no more is taken, as far as was measured and counted."""
        return self._used >= self._most

    def measure(self) -> None:
        """Look how much is there, unless somebody has just looked."""
        with self._measuring:
            if time.monotonic() - self._measured < FRESH:
                return
            self._used = sum(size for _, size, _ in self._files())
            self._most = min(self.most_bytes, self._used + int(free(self.folder) * MOST_SHARE))
            self._measured = time.monotonic()

    def count(self, coming: int) -> None:
        """So many bytes came."""
        self._used += coming

    def sweep(self) -> None:
        """Delete what is older than `SECONDS`. A file that cannot be deleted keeps none of the others."""
        kept, before = self.kept(), time.time() - SECONDS
        for changed, _, file in self._files():
            if changed < before and str(file) not in kept:
                with suppress(OSError):
                    file.unlink()
        for place, _, _ in os.walk(self.folder, topdown=False):
            with suppress(OSError):
                if os.stat(place).st_mtime < before:
                    os.rmdir(place)  # fails where something is in it

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When each file was written or moved here, its bytes, and where it is."""
        for place, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    found = os.lstat(file := Path(place) / name)
                    yield max(found.st_mtime, found.st_ctime), found.st_size, file  # a copy keeps the first of both


def free(folder: Path) -> int:
    """Bytes free on the disk on which a folder is, or will be."""
    return shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free


class Uploads:
    """ASGI middleware: an upload counts as a call (429), and gets 503 where there is no room, if need be half-way."""

    def __init__(self, app: ASGIApp, room: Room, rate: Rate) -> None:
        self.app, self.room, self.rate = app, room, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not UPLOAD.search(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            self.rate.take(logged_in(scope) or who().address)
        except TooMany as error:
            told = report(error)
            await JSONResponse({"detail": told.message}, told.status, told.headers)(scope, receive, send)
            return
        await run_in_threadpool(self.room.measure)
        await self._taken(scope, receive, send)

    async def _taken(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on as long as there is room for it."""
        refused = self.room.is_full

        async def counted() -> Message:
            nonlocal refused
            message = await receive()
            if coming := len(message.get("body", b"")):
                self.room.count(coming)
                refused = refused or self.room.is_full
            return {"type": "http.disconnect"} if refused else message

        async def answer(message: Message) -> None:
            if not refused:
                await send(message)

        if not refused:
            with suppress(ClientDisconnect):
                await self.app(scope, counted, answer)
        if refused:
            headers = {"Retry-After": str(LATER), "Connection": "close"}
            await JSONResponse({"detail": NO_ROOM}, 503, headers)(scope, receive, send)
