"""What is shown to whoever waits: for a place in the queue, or for work that takes as long as it takes."""

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextvars import copy_context
from html import escape
from typing import TypeVar

from ..serving.callers import missed
from ..serving.places import Waiting, place

STOPPED = """() => document.querySelectorAll('.card[aria-busy="true"]').forEach((card) => {
    card.removeAttribute("aria-busy");
    card.innerHTML = '<p class="hint">Stopped.</p>';
})"""
"""JavaScript: whatever is under way says that it was stopped."""

T = TypeVar("T")


def awaited(work: Callable[[], T], doing: str) -> Generator[str, None, T]:
    """How long `work` has taken so far, as HTML twice a second; returns what it returned. Raises what it raised.

    If nobody waits any longer, the work ends before its next forward pass; until then it keeps the place that it has.
    """
    result: Future[T] = Future()
    ticket, alone = place.get(), threading.Event()

    def run() -> None:
        missed.set(alone)
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


def standing(waiting: Waiting) -> str:
    """How it stands for one who waits for a place, as HTML."""
    return ongoing("Many people are here right now.", how_far("Waiting", waiting.words))


def progress(doing: str, seconds: float) -> str:
    """What is being done, as HTML; how long it will take is not known beforehand."""
    return ongoing(doing, how_far(doing, f"{seconds:.0f} s so far"))


def ongoing(doing: str, drawn: str) -> str:
    """The card of work that goes on. drawn: of `how_far`."""
    return f'<div class="card" aria-busy="true"><p>{escape(doing)}</p>{drawn}</div>'


def how_far(label: str, told: str = "", share: float | None = None) -> str:
    """How far work has come. share: how much is done, from 0 to 1; None where nobody knows. told: the same in words."""
    value = "" if share is None else f' value="{share:.3f}"'
    words = f"<span>{escape(told)}</span>" if told else ""
    return f'<div class="progress"><progress{value} aria-label="{escape(label)}"></progress>{words}</div>'
