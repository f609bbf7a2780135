"""What a REST request has in its body, as a record. Knows no endpoint.

Large bodies are read in threads of their own. While Python reads JSON nothing else of this process runs, so what takes
long, many values, is bounded.
"""

import base64
import json
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from ..errors import Busy, InputError
from ..types import Record

Asked = TypeVar("Asked", bound=Record)
T = TypeVar("T")
SMALL = 64 * 1024
"""Bytes that are read at once: that takes no longer than the way to a thread and back."""
READERS, ROOM = 2, 32
"""How many large bodies are read at a time, and how many wait for it."""
MOST = {",": 1_000_000, "[": 100_000, "{": 100_000}
"""Of each of these signs, after which comes a value, so many in a body: 10,000 rows of 100 columns. An empty list takes
thirty times as much memory as in the body, and to look through many lists for what is free holds up everything else.
"""


class Bodies:
    """Reads the bodies of calls."""

    def __init__(self, count: Callable[[Request], None]) -> None:
        """count: told of each call before its body is looked at, and may refuse it."""
        self._count, self._readers, self._here = count, CapacityLimiter(READERS), 0

    async def read(self, request: Request, kind: type[Asked], counts: bool = True) -> Asked:
        """The body as a `kind`. counts: whether it is a call, whatever its body says.

        Raises InputError, Busy, or HTTPException 400 for damaged JSON, 415 for another media type.
        """
        if counts:
            self._count(request)
        media = media_of(request)
        if media == "multipart/form-data":
            parts, files = await form_of(request, 8)
            size = sum(len(data) for _, _, data in files)
            return await self._aside(size, lambda: kind.from_json(with_files(parts, files)))
        if media != "application/json":
            raise HTTPException(415, f"Send application/json or multipart/form-data, not {media[:80]}.")
        body = await request.body()
        return await self._aside(len(body), lambda: kind.from_json(damaged_or(body, "The body")))

    async def read_file(self, request: Request, kind: type[Asked]) -> tuple[Asked, tuple[bytes, str]]:
        """The parts of a form as a `kind`, each of them JSON or a plain word, and the bytes and the name of its `file`.

        Raises InputError, or HTTPException 415 for another media type.
        """
        self._count(request)
        media = media_of(request)
        if media != "multipart/form-data":
            raise HTTPException(415, f"Send multipart/form-data with the file as the part file, not {media[:80]}.")
        async with request.form(max_files=1, max_fields=16) as form:
            parts = {name: value for name, value in form.items() if isinstance(value, str)}
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InputError("The part file is missing: send a CSV, Parquet, ZIP or TXT file under this name.")
            data, title = await file.read(), file.filename or ""
        return kind.from_json({name: json_or_word(value) for name, value in parts.items()}), (data, title)

    async def _aside(self, size: int, parse: Callable[[], T]) -> T:
        """What is read of so many bytes, in a thread where they are many. Raises Busy where too many wait for that."""
        if size <= SMALL:
            return parse()
        if self._here >= READERS + ROOM:
            raise Busy("Many large requests are being read right now. Please try again in a few seconds.")
        self._here += 1
        try:
            return await run_sync(parse, limiter=self._readers)
        finally:
            self._here -= 1


def media_of(request: Request) -> str:
    """The type of the body; JSON unless it says otherwise."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


async def form_of(request: Request, most: int) -> tuple[dict[str, str], list[tuple[str, str, bytes]]]:
    """A form's parts by name, and its files, at most so many: name, media type and bytes of each."""
    async with request.form(max_files=most, max_fields=16) as form:
        parts = {name: value for name, value in form.items() if isinstance(value, str)}
        uploads = [(name, value) for name, value in form.items() if isinstance(value, UploadFile)]
        files = [(name, file.content_type or "application/octet-stream", await file.read()) for name, file in uploads]
    return parts, files


def with_files(parts: dict[str, str], files: list[tuple[str, str, bytes]]) -> dict[str, Any]:
    """A form's parts, its files as data URIs among the inputs. Raises InputError, HTTPException 400."""
    inputs = damaged_or(parts.get("inputs", "{}"), "The part inputs")
    if not isinstance(inputs, dict):
        raise InputError("The part inputs must be a JSON object keyed by field name.")
    inputs |= {name: f"data:{media};base64,{base64.b64encode(data).decode()}" for name, media, data in files}
    if parts.get("target", "").startswith("{"):
        return {**parts, "target": damaged_or(parts["target"], "The part target"), "inputs": inputs}
    return {**parts, "inputs": inputs}


def damaged_or(text: bytes | str, what: str) -> Any:
    """Parsed JSON. Raises InputError where it has too many values, HTTPException 400 where it is none."""
    for sign, most in MOST.items():
        found = text.count(sign.encode()) if isinstance(text, bytes) else text.count(sign)
        if found > most:
            raise InputError(f"{what} may have the sign {sign} {most:,} times, got {found:,}: send less, or a file.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HTTPException(400, f"{what} is no valid JSON.") from None


def json_or_word(text: str) -> Any:
    """`true` and `{"text": "review"}` as JSON has them, any other word as it is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, bool | dict) else text
