"""Threads of their own for calls at work or waiting: those of the server stay free for everything else."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

from anyio import CancelScope, CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from .admission import THREADS

T = TypeVar("T")
END: Any = object()
_threads: RunVar[CapacityLimiter] = RunVar("threads")


async def closing(stream: Iterator[T]) -> AsyncIterator[T]:
    """The stream's parts, made in a thread; leaving early closes the stream, which ends its work."""
    try:
        while (part := await run_sync(next, stream, END, limiter=threads())) is not END:
            yield part
    finally:
        with CancelScope(shield=True):  # closing may wait for a batch, or for a word of a text
            await run_sync(stream.close, limiter=threads())  # type: ignore[attr-defined]  # endpoints give generators


def threads() -> CapacityLimiter:
    """As many as can be at work or wait, so that nobody waits for a thread."""
    try:
        return _threads.get()
    except LookupError:
        _threads.set(CapacityLimiter(THREADS))
        return _threads.get()
