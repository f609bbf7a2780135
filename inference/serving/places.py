"""How many may be at work at once, and what is handed in to do it. Knows no model."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import Busy
from ..types import Record

Explain = Callable[..., Iterator[Record]]
"""`explain.explain_stream`, handed in by app.py: this package does not know the one that explains."""


@contextmanager
def place(places: threading.Semaphore) -> Iterator[None]:
    """One of the places, given back at the end. Raises Busy."""
    if not places.acquire(blocking=False):
        raise Busy("Many people are here right now; please try again in a few seconds.")
    try:
        yield
    finally:
        places.release()
