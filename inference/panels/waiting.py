"""What is shown to whoever waits: for a place in the queue, or for work that takes as long as it takes."""

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextvars import copy_context
from html import escape
from typing import TypeVar

from ..serving.callers import nobody
from ..serving.places import Waiting, place

T = TypeVar("T")


def awaited(work: Callable[[], T], doing: str) -> Generator[str, None, T]:
    """How long `work` has taken so far, as HTML twice a second; returns what it returned. Raises what it raised.

    If nobody waits any longer, the work ends before its next forward pass; until then it keeps the place that it has.
    """
    result: Future[T] = Future()
    ticket, alone = place.get(), threading.Event()

    def run() -> None:
        nobody.set(alone)
        try:
            found = work()
        except BaseException as error:  # handed over to whoever waits
            result.set_exception(error)
        else:
            result.set_result(found)
        finally:
            if ticket:
                ticket.helped(-1)

    start = time.monotonic()
    if ticket:
        ticket.helped(1)
    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    try:
        while not wait([result], timeout=0.5).done:
            yield progress(doing, time.monotonic() - start)
        return result.result()
    finally:
        alone.set()


def queued(standing: Waiting) -> str:
    """How it stands for one who waits for a place."""
    return (
        '<div class="card" aria-busy="true"><p>Many people are here right now.</p><div class="progress">'
        f'<progress aria-label="Waiting"></progress><span>{escape(standing.words)}</span></div></div>'
    )


def progress(doing: str, seconds: float) -> str:
    """What is being done; how long it will take is not known beforehand."""
    return (
        f'<div class="card" aria-busy="true"><p>{escape(doing)}</p><div class="progress">'
        f'<progress aria-label="{escape(doing)}"></progress><span>{seconds:.0f} s so far</span></div></div>'
    )
