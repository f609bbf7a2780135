"""A database that may be locked, full, gone, or standing still: who asks it gets an answer, or Unreachable in time.

Knows no entry.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .database import WAIT, Unreachable, emptied, identity, transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

log = logging.getLogger(__name__)

T = TypeVar("T")

REPLY = 4.0
"""Seconds to wait for a database that does not reply; a prediction waits no longer for its record."""
READING = 15.0
"""The same where many answers are read or deleted, which PostgreSQL itself ends after 10."""
REST = 2.0
"""Seconds for which a database that could not be reached is left alone, so that predictions do not wait for it."""


class Reach:
    """What is asked of a database. Safe to use from many threads."""

    def __init__(self, engine: "Engine") -> None:
        """engine: as `engine_of` gives it."""
        self.engine, self.is_file = engine, engine.dialect.name == "sqlite"
        self.unclean = self.is_file
        """Whether SQLite's log may hold what was deleted."""
        self._file = identity(engine)
        self._rests_until = 0.0
        self._writing = threading.Lock()

    def read(self, work: Callable[["Connection"], T], seconds: float = REPLY) -> T:
        """What `work` makes of a transaction; for some seconds after one could not be had, none is tried.

        Raises Unreachable, after so many seconds at the latest.
        """
        return self._asked(lambda: self._done(work), seconds)

    def write(
        self,
        work: Callable[["Connection"], T],
        undone: Callable[["Connection"], object] | None = None,
        seconds: float = REPLY,
    ) -> T:
        """The same to write. undone: what takes it back, where it was done after all once nobody waited any more."""
        return self._asked(lambda: self._written(work), seconds, undone)

    def overwrite(self) -> None:
        """Empty SQLite's log, where what was deleted still stands; `unclean` until nobody else reads it meanwhile."""
        if self.is_file:
            self.unclean = True
            self.unclean = not self.write(emptied, seconds=READING)

    def _asked(
        self, call: Callable[[], T], seconds: float, undone: Callable[["Connection"], object] | None = None
    ) -> T:
        """The call in a thread of its own, which nobody waits for any more after so many seconds.

        A driver waits for ever for a server that stands still: the kernel goes on to acknowledge what is sent.
        """
        if time.monotonic() < self._rests_until:
            raise Unreachable
        answer: Future[T] = Future()

        def run() -> None:
            try:
                given = partial(answer.set_result, call())
            except BaseException as error:
                given = partial(answer.set_exception, error)
            try:
                given()
            except InvalidStateError:  # nobody waits any more
                if undone is not None:
                    with suppress(Unreachable):
                        self._written(undone)

        threading.Thread(target=run, daemon=True).start()
        try:
            return answer.result(seconds)
        except TimeoutError:
            if not answer.cancel():  # it came just now
                return answer.result()
            self._rests_until = time.monotonic() + REST
            log.warning("the history does not reply")
            raise Unreachable from None

    def _written(self, work: Callable[["Connection"], T]) -> T:
        """SQLite takes one writer, and of many that knock it forgets some, so ours stand in line."""
        if not self.is_file:
            return self._done(work)
        if not self._writing.acquire(timeout=WAIT):
            raise Unreachable
        try:
            return self._done(work)
        finally:
            self._writing.release()

    def _done(self, work: Callable[["Connection"], T]) -> T:
        try:
            with transaction(self.engine, self._file) as connection:
                return work(connection)
        except Unreachable:
            self._rests_until = time.monotonic() + REST
            raise
