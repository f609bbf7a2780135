"""Who may call the API where names and passwords are asked for; the page has Gradio's own login."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OURS = re.compile(r"(^|/)api/v1(/|$)")
"""Paths that Gradio's login does not cover, wherever a proxy puts them."""


class Entrance:
    """ASGI middleware: under /api/v1 a caller without a known name and its password, by HTTP Basic, gets 401."""

    def __init__(self, app: ASGIApp, users: Mapping[str, str]) -> None:
        """users: passwords by name."""
        self.app = app
        self.known = [f"{name}:{password}".encode() for name, password in users.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] in ("http", "websocket") and OURS.search(scope["path"])
        if asked and not self.knows(credentials(Headers(scope=scope))):
            refusal = JSONResponse(
                {"detail": "This server asks for a name and a password, by HTTP Basic."},
                401,
                {"www-authenticate": 'Basic realm="SeeWhy", charset="UTF-8"'},
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def knows(self, given: bytes) -> bool:
        """Whether these are one of the names with its password; all are looked at, so that time tells nothing."""
        return any([secrets.compare_digest(given, known) for known in self.known])


def credentials(headers: Headers) -> bytes:
    """`name:password` as a request has it (RFC 7617), or nothing."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
