"""What a public address needs around everything else: bounded bodies, and no requests from other sites' pages."""

import re
from collections.abc import Sequence, Set

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OUTSIDE = re.compile(r"/(file[=/]|proxy=)/*https?:", re.IGNORECASE)
"""Paths under which Gradio would fetch from another host for whoever asks."""
MAX_BODY = 32 * 1024**2
"""Bytes of one request; a phone's photo has 3 to 12 MB."""


class Guard:
    """ASGI middleware in front of the page and the API.

    A body over `MAX_BODY` gets 413, counted as it arrives. A request that another site's page makes gets 403: browsers
    name the page in `Origin`; programs send none. `/gradio_api/file=` serves files of this machine only.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        """origins: other sites whose pages may call, such as https://example.com."""
        self.app, self.origins = app, set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = refused(Headers(scope=scope), scope["path"], self.origins)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = Body(receive, send)
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            await body.refuse()


def refused(headers: Headers, path: str, origins: Set[str]) -> JSONResponse | None:
    """The refusal that a request gets by its head alone, if any."""
    length = headers.get("content-length", "0")
    if not length.isdigit():
        return JSONResponse({"detail": "Content-Length must be a whole number."}, 400)
    if int(length) > MAX_BODY:
        return JSONResponse({"detail": f"A request may have {MAX_BODY // 1024**2} MB."}, 413)
    if "," in headers.get("range", ""):  # Gradio fails at a second one
        return JSONResponse({"detail": "One range of a file is sent at a time."}, 416)
    origin, host = headers.get("origin"), headers.get("x-forwarded-host") or headers.get("host", "")
    if origin is not None and origin not in origins and origin.partition("://")[2] != host.split(",")[0].strip():
        return JSONResponse({"detail": "Requests from other sites' pages are refused."}, 403)
    if OUTSIDE.search(path):
        return JSONResponse({"detail": "Only files of this application are served."}, 403)
    return None


class Body:
    """A request whose body is counted as it comes: beyond `MAX_BODY` it ends, and the answer becomes 413."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._total, self._refused = 0, False

    async def receive(self) -> Message:
        """The next part; once there was too much, as if the caller had left."""
        message = await self._receive()
        self._total += len(message.get("body", b""))
        return message if self._total <= MAX_BODY else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless the body was too large."""
        if self._total <= MAX_BODY:
            await self._send(message)
        else:
            await self.refuse()

    async def refuse(self) -> None:
        """Say once that the body was too large, if it was."""
        if self._total > MAX_BODY and not self._refused:
            self._refused = True
            body = b'{"detail": "The request is too large."}'
            headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
            await self._send({"type": "http.response.start", "status": 413, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
