"""Who may call the API where names and passwords are asked for, and who that is; the page has Gradio's own login."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .callers import Caller, asking
from .paths import PREFIX

OURS = re.compile(rf"(^|/){PREFIX.removeprefix('/')}(/|$)")
"""Paths that Gradio's login does not cover, wherever a proxy puts them."""


class Entrance:
    """ASGI middleware: under /api/v1 a caller without a known name and its password gets 401.

    They come by HTTP Basic, or have come before by the page's login. From here on the caller has a name: turns, rates
    and what is remembered are that person's, as on the page.
    """

    def __init__(self, app: ASGIApp, users: Mapping[str, str]) -> None:
        """users: passwords by name."""
        self.app = app
        self.known = [f"{name}:{password}".encode() for name, password in users.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not OURS.search(scope["path"]):
            await self.app(scope, receive, send)
            return
        user = self.user_of(scope)
        if not user:
            refusal = JSONResponse(
                {"detail": "This server asks for a name and a password, by HTTP Basic."},
                401,
                {"www-authenticate": 'Basic realm="SeeWhy", charset="UTF-8"'},
            )
            await refusal(scope, receive, send)
            return
        token = asking.set(replace(asking.get() or Caller(), user=user))
        try:
            await self.app(scope, receive, send)
        finally:
            asking.reset(token)

    def user_of(self, scope: Scope) -> str:
        """Who has come in; empty for nobody. Credentials that come along decide, else the page's login."""
        given = credentials(Headers(scope=scope))
        if given is None:
            return logged_in(scope)
        return given.partition(b":")[0].decode() if self.knows(given) else ""

    def knows(self, given: bytes) -> bool:
        """Whether these are one of the names with its password; all are looked at, so that time tells nothing."""
        return any([secrets.compare_digest(given, known) for known in self.known])


def credentials(headers: Headers) -> bytes | None:
    """`name:password` as a request has it (RFC 7617), empty where it is garbled; None where there is none."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def logged_in(scope: Scope) -> str:
    """Who has logged in on the page that the request comes from, by the cookies that Gradio gave; empty for nobody."""
    app = scope.get("app")
    given, known = getattr(app, "cookie_id", ""), getattr(app, "tokens", {})
    cookies = HTTPConnection(scope).cookies if given else {}
    tokens = (cookies.get(f"access-token-{kind}{given}") for kind in ("", "unsecure-"))
    return next((known[token] for token in tokens if token in known), "")
