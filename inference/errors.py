"""Everything that can go wrong, as a tree.

SeeWhyError
├── InputError        what a visitor sent cannot be used; the message says what to send instead   HTTP 422
│   └── NotFound      a model or task that does not exist here; the message lists those that do   HTTP 404
├── ModelError        a model folder or its weights cannot be used; the presenter can mend it     HTTP 500
├── Busy              too much at once; the same call may succeed later                           HTTP 503
│   ├── OutOfMemory   one forward pass needed more memory than there is; a smaller one may do
│   ├── TimedOut      a call took longer than it may
│   └── TooMany       one address asks too often                                                  HTTP 429
└── Left              whoever asked is not there any more; nobody is told

Messages are written for the person who reads them: what was wrong, what arrived, what to do. They hold no path of the
machine and no traceback. This module knows nothing of HTTP or the page; they map the tree in one place each.
"""

from collections.abc import Iterable
from typing import Self


class SeeWhyError(Exception):
    """The root: `str(error)` may be shown to a visitor as it is."""


class InputError(SeeWhyError):
    """The input cannot be used; whoever sent it can mend it."""

    @classmethod
    def among(cls, what: str, name: object, choices: Iterable[object]) -> Self:
        """`Unknown model 'x'; available are a, b.`, with at most 12 choices named."""
        known = [str(choice)[:80] for choice in choices]
        more = f" and {len(known) - 12:,} more" if len(known) > 12 else ""
        return cls(f"Unknown {what} {str(name)[:80]!r}; available are {', '.join(known[:12]) or 'none'}{more}.")


class NotFound(InputError):
    """A model or task of that name does not exist."""


class ModelError(SeeWhyError):
    """A model folder, its weights or its demo.json cannot be used."""


class Busy(SeeWhyError):
    """All places are taken; try again shortly.

    seconds: in how many, where that is known.
    """

    def __init__(self, message: str = "", seconds: int | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class OutOfMemory(Busy):
    """A forward pass needed more memory than there is."""


class TimedOut(Busy):
    """A call took longer than it may."""

    REMEDY = "Send a smaller input, or try again when fewer people are here."


class TooMany(Busy):
    """One address asks too often."""


class Left(SeeWhyError):
    """Whoever asked has left: the work ends, and nobody is told."""
