"""Who may call the API where names and passwords are asked for, and who that is; the page has Gradio's own login.

On both, passwords that are tried count as calls.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import TooMany
from .callers import Caller, asking, who
from .limits import Rate
from .paths import PREFIX
from .reports import report

OURS = re.compile(rf"(^|/){PREFIX.removeprefix('/')}(/|$)")
"""Paths that Gradio's login does not cover, wherever a proxy puts them."""
LOGIN = re.compile(r"(^|/)login/?$")
"""Where Gradio takes a name and a password."""
WRONG = 400
"""What it answers where they are not known."""


UNKNOWN = JSONResponse(
    {"detail": "This server asks for a name and a password, by HTTP Basic."},
    401,
    {"www-authenticate": 'Basic realm="SeeWhy", charset="UTF-8"'},
)


class Entrance:
    """ASGI middleware: under /api/v1 a caller without a known name and its password gets 401.

    They come by HTTP Basic, or have come before by the page's login. From here on the caller has a name: turns, rates
    and what is remembered are that person's, as on the page. A wrong password is a call of the address that it comes
    from; who has no call left gets 429, with the right one, too, which would else be told from the others.
    """

    def __init__(self, app: ASGIApp, users: Mapping[str, str], rate: Rate | None = None) -> None:
        """users: passwords by name."""
        self.app, self.rate = app, rate or Rate(0)
        self.known = [f"{name}:{password}".encode() for name, password in users.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif OURS.search(scope["path"]):
            await self._ours(scope, receive, send)
        elif LOGIN.search(scope["path"]) and scope.get("method") == "POST":
            await self._login(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _ours(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A call of the API."""
        tried = credentials(Headers(scope=scope)) is not None
        if refusal := self._too_many() if tried else None:
            await refusal(scope, receive, send)
            return
        user = self.user_of(scope)
        if not user:
            if tried:
                self._count()
            await UNKNOWN(scope, receive, send)
            return
        token = asking.set(replace(asking.get() or Caller(), user=user))
        try:
            await self.app(scope, receive, send)
        finally:
            asking.reset(token)

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A name and a password for the page, which Gradio looks at."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == WRONG:
                self._count()
            await send(message)

        refusal = self._too_many()
        await (refusal(scope, receive, send) if refusal else self.app(scope, receive, answer))

    def _too_many(self) -> JSONResponse | None:
        """The refusal of another try from an address that has no call left."""
        try:
            self.rate.take(who().address, 0)
        except TooMany as error:
            told = report(error)
            return JSONResponse({"detail": told.message}, told.status, told.headers)
        return None

    def _count(self) -> None:
        """A password was wrong."""
        with suppress(TooMany):  # of several at once, which were let in together
            self.rate.take(who().address)

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
