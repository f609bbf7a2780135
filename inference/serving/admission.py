"""Who comes in: places for each kind of work, a queue before them, a rate for each address, a time limit for each call.

It knows no model: what is asked of one is handed in, and whoever watches is told how it went.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from ..deadline import left, within
from ..errors import Busy, InputError, Left, TooMany
from ..study.first import MOST_ROWS
from ..types import Answer, Step
from .callers import Caller, stay, who
from .limits import Rate
from .places import Line, Ticket, Waiting, placed

Check = Callable[[], str | None]
"""Words for what is missing before visitors can be served, or nothing; it must be cheap."""
T = TypeVar("T")
Look = Callable[[], T | None]
P = ParamSpec("P")


@dataclass(frozen=True)
class Kind:
    """A kind of work with places of its own, so that none waits for another kind.

    usual, most: seconds that one takes before anything is known, and may take. answers: whether each part of its
    streams is an answer already, so that one that is out of time just ends.
    """

    name: str
    places: int
    room: int
    usual: float
    most: float = 300.0
    answers: bool = False


PREDICTING = Kind("predictions", 32, 128, 0.1)
"""As many places as meet in a forward pass; what they do is short."""
EXPLAINING = Kind("explanations", 8, 64, 5.0, answers=True)
CHECKING = Kind("checks", 4, 32, 5.0)
"""Checks, counterfactuals, sweeps, comparisons and sections of Evaluate: as long as explanations, but with one answer
at their end."""
PLAYING = Kind("recordings", 8, 32, 5.0)
READING = Kind("files", 2, 16, 30.0, most=3600.0)
"""Whole files, and whatever else looks at many rows."""
KINDS = (PREDICTING, EXPLAINING, CHECKING, PLAYING, READING)
QUICK = 32
"""Threads for what asks no model: a screen that is drawn, a file that is looked into, a stop."""
THREADS = sum(kind.places + kind.room for kind in KINDS) + QUICK
"""Threads for all who are at work or wait, apart from the server's own, which so are always free for the rest."""


counted: ContextVar[bool] = ContextVar("counted", default=False)
"""Whether the request that runs here has counted as a call already."""


@dataclass
class Call:
    """One call: what was asked of which model, how it ended, and how long it waited and took, in seconds."""

    name: str
    kind: str
    model: str
    caller: Caller
    begun: float = field(default_factory=time.monotonic)
    outcome: str = "left"
    """answered, refused (the input), limited, busy, failed, or left: the caller did not stay to the end."""
    waited: float = 0.0
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()

    @property
    def since(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.begun


class Admission:
    """Lets calls in, and tells each of `told` about every call once it has ended."""

    def __init__(self, rate: Rate | None = None, limit: float | None = None, rows: int = MOST_ROWS) -> None:
        """limit: seconds that a call may take which is no file, instead of what its kind says. rows: of a file that
        are answered by one call; 0 sets no limit.
        """
        self.rate, self.limit, self.rows = rate or Rate(), limit, rows
        self.lines = {kind: Line(kind.places, kind.room, kind.usual) for kind in KINDS}
        self.told: list[Callable[[Call], None]] = []

    def admitted(
        self, kind: Kind, name: str, model: str, work: Callable[[], Iterator[T]], look: Look[T] | None = None
    ) -> Iterator[T | Waiting]:
        """The parts of `work()`, once it is the caller's turn; before, how it stands. Leaving ends both.

        look: gives the answer where it is there already; that counts as a call, but waits in no queue of the kind.
        Raises TooMany, Busy, TimedOut, and what the work raises.
        """
        call = Call(name, kind.name, model, who())
        try:
            self._rated(call)
            known = (yield from self._known(call, look)) if look else None
            if known is not None:
                yield known
            else:
                yield from self._parts(kind, call, work)
            call.outcome = "answered"
        except Exception as error:
            call.outcome = outcome(error)
            raise
        finally:
            call.seconds = call.since
            for tell in self.told:
                tell(call)

    def count(self, name: str) -> None:
        """Count a call before it is known what it asks, so that it counts even if it is refused; once, as `admitted`
        then does not count it. Raises TooMany.
        """
        call = Call(name, "", "", who())
        try:
            self._rated(call)
        except TooMany as error:
            call.outcome = outcome(error)
            for tell in self.told:
                tell(call)
            raise
        counted.set(True)

    def _rated(self, call: Call) -> None:
        if not counted.get():
            self.rate.take(call.caller.user or call.caller.address)

    def _known(self, call: Call, look: Look[T]) -> Generator[Waiting, None, T | None]:
        """What `look` gives in a place of the predictions, which are as short: it takes a picture apart, say."""
        most = self._most(PREDICTING)
        try:
            ticket = self.lines[PREDICTING].join(call.caller.key, 2 * most, call.caller.single)
        except Busy:
            return None
        try:
            yield from turn(ticket)
            (found,) = within((look() for _ in range(1)), most)
            return found
        finally:
            ticket.leave()

    def _parts(self, kind: Kind, call: Call, work: Callable[[], Iterator[T]]) -> Iterator[T | Waiting]:
        most = self._most(kind)
        ticket = self.lines[kind].join(call.caller.key, 2 * most, call.caller.single)
        finished = False
        try:
            yield from turn(ticket)
            call.waited = call.since
            for part in within(placed(work(), ticket), most, kind.answers):
                stay()
                if isinstance(part, Answer):
                    call.steps = part.trace
                yield part
            finished = True
        finally:
            ticket.leave(finished)

    def _most(self, kind: Kind) -> float:
        """Seconds that a call may take."""
        return kind.most if self.limit is None or kind is READING else self.limit


def turn(ticket: Ticket) -> Iterator[Waiting]:
    """As `Ticket.turn`, for as long as the caller stays. Raises Left."""
    for standing in ticket.turn():
        stay()
        yield standing


def required() -> None:
    """Before each forward pass: raises RuntimeError where it would be for a caller who has no place, so that whatever
    is added to page or API and forgets to ask for one fails when it is tried first.
    """
    if who().id and left() is None:
        raise RuntimeError("A forward pass began for a caller without a place: what asks for it lacks `admitted`.")


def outcome(error: Exception) -> str:
    """How a call ended that raised an error."""
    kinds = ((TooMany, "limited"), (Busy, "busy"), (InputError, "refused"), (Left, "left"))
    return next((name for kind, name in kinds if isinstance(error, kind)), "failed")


class Admitting(Protocol):
    """What has streams that wait for their turn."""

    admission: Admission


Stream = Callable[Concatenate[Any, str, P], Iterator[T]]


def queued(
    kind: Kind, name: str, known: Callable[..., Any] | None = None
) -> Callable[[Stream[P, T]], Stream[P, T | Waiting]]:
    """A stream, asked of a model by its name, that waits for its turn first; `name` is what it counts as.

    known: takes the same and gives the answer where it is there already, which then waits for nothing.
    """

    def decorate(work: Stream[P, T]) -> Stream[P, T | Waiting]:
        @wraps(work)
        def stream(self: Admitting, model: str, *given: P.args, **options: P.kwargs) -> Iterator[T | Waiting]:
            look = (lambda: known(self, model, *given, **options)) if known else None
            yield from self.admission.admitted(kind, name, model, lambda: work(self, model, *given, **options), look)

        return cast(Stream[P, T | Waiting], stream)

    return decorate
