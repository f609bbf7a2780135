"""Threads of their own for calls at work or waiting: those of the server stay free for everything else."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from threading import Event
from typing import Any, TypeVar

from anyio import CancelScope, CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from .admission import THREADS
from .callers import missed

T = TypeVar("T")
END: Any = object()
BURST = 0.25
"""Seconds between two looks whether the caller is still there."""
_threads: RunVar[CapacityLimiter] = RunVar("threads")


async def closing(stream: Iterator[T]) -> AsyncIterator[T]:
    """The stream's parts, made in a thread; leaving early closes the stream, which ends its work."""
    try:
        while (part := await run_sync(next, stream, END, limiter=threads())) is not END:
            yield part
    finally:
        await close(stream)


async def last(stream: Iterator[T], is_gone: Callable[[], Awaitable[bool]]) -> T | None:
    """The last part of a stream, made in a thread; None where the caller has left, which ends the work.

    Many parts are made before the thread is left: going there and back costs as much as the answer of a small model.
    """
    found, ended = None, False
    try:
        while not ended:
            part, ended = await run_sync(burst, stream, limiter=threads())
            found = found if part is None else part
            if not ended and await is_gone():
                return None
        return found
    finally:
        if not ended:
            await close(stream)


async def whole(call: Callable[[], T], is_gone: Callable[[], Awaitable[bool]]) -> T:
    """What a call gives that knows no stream, made in a thread; once the caller has left, `callers.stay` ends it."""
    gone = Event()
    token = missed.set(gone)
    work = asyncio.ensure_future(run_sync(call, limiter=threads()))
    missed.reset(token)
    try:
        while not (await asyncio.wait([work], timeout=BURST))[0]:
            if await is_gone():
                gone.set()
        return work.result()
    finally:
        gone.set()


async def close(stream: Iterator[Any]) -> None:
    """Close a stream in a thread; that may wait for a batch, or for a word of a text."""
    with CancelScope(shield=True):
        await run_sync(stream.close, limiter=threads())  # type: ignore[attr-defined]  # endpoints give generators


def burst(stream: Iterator[T]) -> tuple[T | None, bool]:
    """Parts of a stream for a moment: the last of them, and whether the stream has ended with it."""
    until, part = time.monotonic() + BURST, None
    for part in stream:
        if time.monotonic() > until:
            return part, False
    return part, True


def threads() -> CapacityLimiter:
    """As many as can be at work or wait, so that nobody waits for a thread."""
    try:
        return _threads.get()
    except LookupError:
        _threads.set(CapacityLimiter(THREADS))
        return _threads.get()
