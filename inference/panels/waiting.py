"""Work that takes as long as it takes: told twice a second, and left to itself if nobody waits any longer."""

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from html import escape
from typing import TypeVar

T = TypeVar("T")


def awaited(work: Callable[[], T], doing: str) -> Generator[str, None, T]:
    """How long `work` has taken so far, as HTML; returns what it returned. Raises what it raised."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # handed over to whoever waits
            result.set_exception(error)

    start = time.monotonic()
    threading.Thread(target=run, daemon=True).start()
    while not wait([result], timeout=0.5).done:
        yield progress(doing, time.monotonic() - start)
    return result.result()


def progress(doing: str, seconds: float) -> str:
    """What is being done; how long it will take is not known beforehand."""
    return (
        f'<div class="card" aria-busy="true"><p>{escape(doing)}</p><div class="progress">'
        f'<progress aria-label="{escape(doing)}"></progress><span>{seconds:.0f} s so far</span></div></div>'
    )
