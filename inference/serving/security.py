"""What a public address needs around everything else: bounded bodies, and no requests from other sites' pages."""

from collections.abc import Sequence, Set
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
        await self.app(scope, bounded(receive), send)


def refused(headers: Headers, path: str, origins: Set[str]) -> JSONResponse | None:
    """The refusal that a request gets by its head alone, if any."""
    if int(headers.get("content-length", "0")) > MAX_BODY:
        return JSONResponse({"detail": f"A request may have {MAX_BODY // 1024**2} MB."}, 413)
    origin, host = headers.get("origin"), headers.get("x-forwarded-host") or headers.get("host", "")
    if origin is not None and origin not in origins and urlsplit(origin).netloc != host.split(",")[0].strip():
        return JSONResponse({"detail": "Requests from other sites' pages are refused."}, 403)
    if "/gradio_api/file=http" in path:
        return JSONResponse({"detail": "Only files of this application are served."}, 403)
    return None


def bounded(receive: Receive) -> Receive:
    """`receive`, cut off once more than `MAX_BODY` bytes have come: the reader then sees the caller leave."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        return message if total <= MAX_BODY else {"type": "http.disconnect"}

    return counted
