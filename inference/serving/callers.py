"""Who asks: the address behind a proxy, the visitor's session, and the request's id. It knows no page."""

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event

from starlette.datastructures import Headers

from ..errors import Left

ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may stand in X-Request-ID; anything else could forge lines of a log."""
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "via", "cf-connecting-ip")
"""Headers by which a proxy gives itself away."""


@dataclass(frozen=True)
class Caller:
    """The address that a request comes from, the session of a page, who has signed in, and the request's id."""

    address: str = ""
    session: str = ""
    user: str = ""
    id: str = ""

    @property
    def key(self) -> str:
        """Who takes turns with others: a person, one open page, or an address."""
        return self.user or f"{self.address} {self.session}"

    @property
    def single(self) -> bool:
        """Whether it is a person or a page; an address may be that of many."""
        return bool(self.user or self.session)


TOKEN = "x-seewhy-token"
"""The header for a presenter's token where `Authorization` says a name and a password."""

asking: ContextVar[Caller | None] = ContextVar("asking", default=None)
"""Who asks by HTTP, as the middleware `Watch` found."""
elsewhere: list[Callable[[], Caller | None]] = []
"""Who else may know: a page whose events do not run within a request."""
leaving: list[Callable[[], bool]] = []
"""Who may know that a caller has left. Over REST the stream is closed instead."""
missed: ContextVar[Event | None] = ContextVar("missed", default=None)
"""Set once nobody waits any longer for what is done here, in a thread of its own."""


def who() -> Caller:
    """The caller, or nobody where code calls directly.

    The page is asked first: Gradio runs all events in what the very first request to it left behind.
    """
    return next(filter(None, (look() for look in elsewhere)), None) or asking.get() or Caller()


def ask(look: Callable[[], Caller | None], left: Callable[[], bool] | None = None) -> None:
    """Ask `look` too from now on, and `left` whether its caller is still there."""
    if look not in elsewhere:
        elsewhere.append(look)
    if left and left not in leaving:
        leaving.append(left)


def stay() -> None:
    """Raises Left where it is known that whoever asks has left."""
    gone = missed.get()
    if (gone and gone.is_set()) or any(look() for look in leaving):
        raise Left("Whoever asked has left.")


def address(peer: str, headers: Headers, proxies: int = 0) -> str:
    """The caller's address: the peer's, or behind so many trusted proxies what the first of them has noted.

    Each proxy appends whom it heard from, so that what a caller writes into the header itself stands before and is
    not believed. Some append to the line that came, others, such as HAProxy, add one of their own (RFC 9110, 5.3: as if
    they were one).
    """
    lines = ",".join(headers.getlist("x-forwarded-for"))
    noted = [part.strip() for part in lines.split(",") if part.strip()]
    return bare(noted[-proxies]) if 0 < proxies <= len(noted) else peer


def bare(host: str) -> str:
    """An address without the port that some proxies add."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def request_id(given: str | None) -> str:
    """The id that came along, if it can be one, or a new one."""
    return given if given and ID.fullmatch(given) else secrets.token_hex(8)


def bears(headers: Mapping[str, str], token: str) -> bool:
    """Whether a request brings a token that is asked for: in X-Seewhy-Token, or as `Authorization: Bearer …`."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    brought = [headers.get(TOKEN, ""), given if scheme.lower() == "bearer" else ""]
    return bool(token) and any([hmac.compare_digest(each.encode(), token.encode()) for each in brought])
