"""What a visitor is told of an error: the one place where errors become messages and statuses."""

import errno
import logging
import secrets
from dataclasses import dataclass

from ..errors import Busy, InputError, Left, ModelError, NotFound, TooMany
from .callers import who

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """What a visitor is told of an error: an HTTP status and a message without paths or tracebacks.

    seconds: after which the same call may succeed.
    """

    status: int
    message: str
    seconds: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those that say so to a program."""
        return {} if self.seconds is None else {"Retry-After": str(self.seconds)}


SOON, LATER = 5, 60
"""Seconds after which to try again, where nothing better is known, and where somebody has to make room first."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
NO_ROOM = "There is no room on the server's disk for what was sent. Please try again later, or send something smaller."


STATUSES = ((NotFound, 404), (InputError, 422), (TooMany, 429), (Busy, 503), (ModelError, 500), (Left, 499))
"""The last is nginx's for a caller who has left."""


def report(error: Exception) -> Report:
    """The one place where an error becomes a message; an unforeseen one is logged under an id that it names."""
    for kind, status in STATUSES:
        if isinstance(error, kind):
            again = (error.seconds or SOON) if isinstance(error, Busy) else None
            return Report(status, str(error), again)
    if is_full(error):
        log.warning("the disk takes nothing: %s", getattr(error, "strerror", ""))
        return Report(503, NO_ROOM, LATER)
    number = who().id or secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    return Report(500, f"Something went wrong on our side. Please try again, or quote error {number}.")


def is_full(error: Exception) -> bool:
    """Whether the disk on which files wait that were sent had no room, or may not be written."""
    return isinstance(error, OSError) and error.errno in FULL
