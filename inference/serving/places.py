"""So many at work at once, and a bounded queue before them in which users take turns. It knows no model and no HTTP."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

from ..errors import Busy
from ..types import Record

T = TypeVar("T")
TELL = 0.5
"""Seconds between two words to whoever waits; nobody who leaves is missed for longer."""
RECENT = 64
"""Durations that an estimate is made of."""


@dataclass(frozen=True)
class Waiting(Record):
    """The place in the queue, from 1, and about how many seconds are left until it is one's turn."""

    place: int
    seconds: int

    def to_json(self) -> dict[str, Any]:
        """A line of a stream, told apart from those of the answer by its only key."""
        return {"waiting": super().to_json()}

    @property
    def words(self) -> str:
        """For people."""
        return f"You are number {self.place:,}, about {self.seconds:,} s."


class Ticket:
    """One who waits, or is at work. `leave` must be called in any case; it may be called twice."""

    def __init__(self, line: "Line", user: str, limit: float) -> None:
        self.line, self.user, self.limit = line, user, limit
        self.called = threading.Event()
        self.since = 0.0
        self.helpers = 0
        """Threads that work in this place."""
        self.left: bool | None = None
        """Once it was left: whether it was finished."""

    def turn(self) -> Iterator[Waiting]:
        """How it stands, at once and again and again, until it is this one's turn; nothing where there is a place."""
        while not self.called.is_set():
            if (now := self.line.standing(self)) is not None:
                yield now
                self.called.wait(TELL)

    def leave(self, finished: bool = False) -> None:
        """Give the place back, or leave the queue; once no thread works in it any longer.

        finished: whether the time it took is worth remembering.
        """
        self.left = finished
        if not self.helpers:
            self.line.leave(self, finished)

    def helped(self, by: int) -> None:
        """A thread begins (1) or ends (-1) to work in this place, and may do so for longer than its owner stays."""
        with self.line.changing:
            self.helpers += by
        if self.left is not None:
            self.leave(self.left)


place: ContextVar[Ticket | None] = ContextVar("place", default=None)
"""In which what runs here is done."""


def placed(parts: Iterator[T], ticket: Ticket) -> Iterator[T]:
    """The parts of a generator, done in a place."""
    with closing(parts):  # type: ignore[type-var]  # generators all
        while True:
            token = place.set(ticket)  # anew for each part: a server makes each in a context of its own
            try:
                part = next(parts)
            except StopIteration:
                return
            finally:
                place.reset(token)
            yield part


class Line:
    """`places` at work at once and at most `room` waiting; users take turns, each with its first first.

    A place whose owner has had it for longer than its limit counts as free: nobody can keep one by not reading on.
    """

    def __init__(self, places: int, room: int, usual: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        """usual: seconds of work, as long as nothing is known."""
        self.places, self.room, self.usual, self._clock = places, room, usual, clock
        self.changing = threading.RLock()  # a stream that is thrown away leaves while memory is looked through
        self._queues: OrderedDict[str, deque[Ticket]] = OrderedDict()
        """Who waits, by user; users in the order of their turns."""
        self._working: dict[Ticket, float] = {}
        """Until when each may work."""
        self._took: deque[float] = deque(maxlen=RECENT)

    def join(self, user: str, limit: float = 3600, single: bool = False) -> Ticket:
        """A place, or one in the queue; work may last `limit` seconds. Raises Busy where the queue is full.

        single: it is one visitor, who may take three quarters of the queue, so that others find room in it.
        """
        ticket = Ticket(self, user, limit)
        with self.changing:
            self._advance()
            if len(self._working) >= self.places and self.waiting >= self.room:
                again = self._seconds(self.waiting)
                wait = "1 is" if self.waiting == 1 else f"{self.waiting:,} are"
                raise Busy(
                    f"Many people are here right now: {wait} waiting already. Please try again in {again:,} s.", again
                )
            if single and len(self._queues.get(user, ())) >= ceil(0.75 * self.room) > 0:
                again = self._seconds(self.waiting)
                raise Busy(f"Much that you asked for is waiting already. Please try again in {again:,} s.", again)
            self._queues.setdefault(user, deque()).append(ticket)
            self._advance()
        return ticket

    def standing(self, ticket: Ticket) -> Waiting | None:
        """The place of one who waits; None once it is called."""
        with self.changing:
            self._advance()
            if ticket.called.is_set():
                return None
            place = self._place(ticket)
            return Waiting(place, self._seconds(place))

    def leave(self, ticket: Ticket, finished: bool) -> None:
        """As `Ticket.leave`."""
        with self.changing:
            if self._working.pop(ticket, None) is not None and finished:
                self._took.append(self._clock() - ticket.since)
            queue = self._queues.get(ticket.user, ())
            if ticket in queue:
                self._queues[ticket.user].remove(ticket)
                if not self._queues[ticket.user]:
                    del self._queues[ticket.user]
            self._advance()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, list(self._queues.values())))

    @property
    def working(self) -> int:
        """How many are at work."""
        return len(self._working)

    def _advance(self) -> None:
        now = self._clock()
        for lapsed in [ticket for ticket, until in self._working.items() if until < now]:
            del self._working[lapsed]
        while self._queues and len(self._working) < self.places:
            ticket = self._next()
            ticket.since = now
            self._working[ticket] = now + ticket.limit
            ticket.called.set()

    def _next(self) -> Ticket:
        """The first of the user whose turn it is; then it is the others' turn."""
        user, queue = next(iter(self._queues.items()))
        ticket = queue.popleft()
        if queue:
            self._queues.move_to_end(user)
        else:
            del self._queues[user]
        return ticket

    def _place(self, ticket: Ticket) -> int:
        """In each round every user has one turn: those before this user have one turn more than those after."""
        users = list(self._queues)
        mine, before = users.index(ticket.user), self._queues[ticket.user].index(ticket)
        others = (
            min(len(self._queues[user]), before + (place < mine)) for place, user in enumerate(users) if place != mine
        )
        return 1 + before + sum(others)

    def _seconds(self, place: int) -> int:
        """As many turns as there are places end in the time that one takes."""
        usual = sum(self._took) / len(self._took) if self._took else self.usual
        return max(1, ceil(place * usual / self.places))
