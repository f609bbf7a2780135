"""How long a call may take: a stream that ends in time, and how much is left for whoever waits within it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from typing import TypeVar

from .errors import TimedOut

T = TypeVar("T")
GRACE = 60.0
"""Seconds by which the first answer of a stream may be late at least: what is asked first loads what it needs."""

_until: ContextVar[float | None] = ContextVar("until", default=None)
_begins: ContextVar[float | None] = ContextVar("begins", default=None)


def left() -> float | None:
    """Seconds until the call that runs here must end, 0 once it should have; None without a limit."""
    end = _until.get()
    return None if end is None else max(0.0, end - time.monotonic())


def end() -> float | None:
    """When the call that runs here must end, by `time.monotonic`; None without a limit."""
    return _until.get()


def over() -> bool:
    """Whether no forward pass may begin any more for the call that runs here."""
    last = _begins.get()
    return last is not None and time.monotonic() >= last


@contextmanager
def until(end: float | None, last: float | None = None) -> Iterator[None]:
    """What is done here for another call is held to the time of that call, by what `end` said there.

    last: until when passes may begin for it, where that is later.
    """
    tokens = _until.set(end), _begins.set(last or end)
    try:
        yield
    finally:
        _until.reset(tokens[0])
        _begins.reset(tokens[1])


def within(parts: Iterator[T], seconds: float, answers: bool = False) -> Iterator[T]:
    """The parts of a generator for so many seconds; what is under way then is still given. Raises TimedOut.

    answers: whether every part is an answer already; then the stream just ends, and for its first part it gets as much
    time again, `GRACE` at least. A forward pass is never interrupted.
    """
    end, late, given = time.monotonic() + seconds, False, False
    with closing(parts):  # type: ignore[type-var]  # generators all
        while True:
            try:
                # Anew for each part: a server makes each in a context of its own.
                with until(end, end if given or not answers else end + max(seconds, GRACE)):
                    part = next(parts)
            except StopIteration:
                return
            except TimedOut:
                if answers and given:
                    return
                if late:
                    raise ended(seconds) from None
                raise
            if late and not answers:
                raise ended(seconds)
            yield part
            given = True
            if late:
                return
            late = time.monotonic() >= end


def ended(seconds: float) -> TimedOut:
    """What is said of a stream that was still going on after so many seconds."""
    return TimedOut(f"This took more than {seconds:,.0f} s and was ended. {TimedOut.REMEDY}")
