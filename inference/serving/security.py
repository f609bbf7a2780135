"""What an address needs around everything else: bounded bodies, and no requests from other sites' pages."""

import re
from collections.abc import Sequence, Set

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .naming import is_own, named, names_of

OUTSIDE = re.compile(r"/(file[=/]|proxy=)/*https?:", re.IGNORECASE)
"""Paths under which Gradio would fetch from another host for whoever asks."""
MAX_BODY = 32 * 1024**2
"""Bytes of one request; a phone's photo has 3 to 12 MB."""
RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})", re.ASCII)
"""One range of a file. At a second one, at other digits and at too many of them, Gradio fails."""
ONE_RANGE = "One range of a file is sent at a time: bytes=0-499, bytes=500- or bytes=-500."
OTHER_NAME = (
    "This server answers under the names of its own machine alone, such as localhost: another may have been pointed at "
    "it. Whoever started it allows one with --origin http://NAME, or says with --trust-proxy or --root-path that a "
    "proxy or a notebook passes requests on."
)


class Guard:
    """ASGI middleware in front of the page and the API.

    A body over `MAX_BODY` gets 413, counted as it arrives. A request that another site's page makes gets 403: browsers
    name the page in `Origin`; programs send none. `/gradio_api/file=` serves files of this machine only.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str] = (), alone: bool = False) -> None:
        """origins: other sites whose pages may call, such as https://example.com. alone: whether nobody passes requests
        on, so that a name other than the machine's own, and those of origins, gets 403.
        """
        self.app, self.origins, self.names = app, set(origins), names_of(origins) if alone else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._misnamed(headers) or refused(headers, scope["path"], self.origins)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = Body(receive, send)
        try:
            await self.app(scope, body.receive, body.send)
        except ClientDisconnect:
            await body.refuse()

    def _misnamed(self, headers: Headers) -> JSONResponse | None:
        """The refusal of a request for another machine's name, as a page sends it whose site has been pointed here."""
        names = [] if self.names is None else [named(host) for host in headers.getlist("host") if host]
        if all(is_own(name) or name in (self.names or ()) for name in names):
            return None
        return JSONResponse({"detail": OTHER_NAME}, 403)


def refused(headers: Headers, path: str, origins: Set[str]) -> JSONResponse | None:
    """The refusal that a request gets by its head alone, if any."""
    length = headers.get("content-length", "0")
    if not length.isdigit():
        return JSONResponse({"detail": "Content-Length must be a whole number."}, 400)
    if int(length) > MAX_BODY:
        return JSONResponse({"detail": f"A request may have {MAX_BODY // 1024**2} MB."}, 413)
    if not all(RANGE.fullmatch(each) for each in headers.getlist("range")):
        return JSONResponse({"detail": ONE_RANGE}, 416)
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
