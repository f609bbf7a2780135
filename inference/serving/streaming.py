"""A stream of records as the answer to a request: its last part, NDJSON, or a file. Knows no endpoint."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from ..study.job import Pace
from .places import Waiting
from .reports import report
from .threads import closing, last, threads

CLIENT_LEFT = 499  # nginx's code for a caller who closed the connection; nobody reads it


async def last_of(request: Request, stream: Iterator[dict[str, Any]]) -> Response:
    """The last part of a stream; now and then, and while it waits, whether the caller is still there."""
    found = await last(stream, request.is_disconnected)
    return Response(status_code=CLIENT_LEFT) if found is None else JSONResponse(found)


async def lines_of(stream: Iterator[dict[str, Any]]) -> Response:
    """A stream as NDJSON. What fails before the first line gets its own status, later it becomes the last line."""
    first = await run_sync(next, stream, None, limiter=threads())

    async def lines() -> AsyncIterator[str]:
        try:
            yield json.dumps(first) + "\n"
            async for part in closing(stream):
                yield json.dumps(part) + "\n"
        except Exception as error:
            yield json.dumps({"detail": report(error).message}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def file_of(request: Request, stream: Iterator[Pace | Waiting | bytes], media: str) -> Response:
    """A file that is sent once it is whole; what fails until then gets its own status, and who leaves ends the work."""
    part: Pace | Waiting | bytes | None = None
    while not isinstance(part, bytes):
        part = await run_sync(next, stream, b"", limiter=threads())
        if await request.is_disconnected():
            await run_sync(stream.close, limiter=threads())  # type: ignore[attr-defined]  # a generator
            return Response(status_code=CLIENT_LEFT)
    first = part

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in closing(stream):
            assert isinstance(piece, bytes)  # nothing else follows the first piece
            yield piece

    return StreamingResponse(pieces(), media_type=media)
