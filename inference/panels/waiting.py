"""What is shown to whoever waits: for a place in the queue, or for work that takes as long as it takes."""

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextvars import copy_context
from html import escape
from typing import TypeVar

from ..serving.places import Waiting

STOPPED = """() => document.querySelectorAll('.card[aria-busy="true"]').forEach((card) => {
    card.removeAttribute("aria-busy");
    card.innerHTML = '<p class="hint">Stopped.</p>';
})"""
"""JavaScript: whatever is under way says that it was stopped."""

T = TypeVar("T")


def awaited(work: Callable[[], T], doing: str) -> Generator[str, None, T]:
    """How long `work` has taken so far, as HTML twice a second; returns what it returned. Raises what it raised.

    The work is left to itself if nobody waits any longer.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # handed over to whoever waits
            result.set_exception(error)

    start = time.monotonic()
    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    while not wait([result], timeout=0.5).done:
        yield progress(doing, time.monotonic() - start)
    return result.result()


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
