"""Concurrent requests for one model meet in one forward pass. It knows no task, no page and no user.

While a pass runs, requests queue up; when it ends, one of their threads takes the oldest, and with it all that fit,
through the next pass. So nobody waits on an idle device, but for those who are being encoded that very moment.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from .accelerator import accelerator
from .deadline import end, until
from .errors import Busy, OutOfMemory
from .joining import fits, joined, parted
from .trace import Batch

WINDOW = 0.004
"""Seconds that a pass waits at most for requests that are being encoded."""
BEAT = 0.25
"""Seconds between two signs of life of a request that waits; at each, whoever asked may have left."""
REGAINED = 100
"""Passes as large as they may be, after which one more request is tried in them where memory once did not suffice."""

CUT_OFF = "What computed this ended before it was done; please try again."

watchers: list[Callable[[str, int], None]] = []
"""Told of each pass: the model's name, and how many requests met in it."""


class Passes(Protocol):
    """What a batcher needs of a task."""

    name: str
    along_tokens: ClassVar[tuple[str, ...]]

    @property
    def together(self) -> int:
        """Requests in one pass at most."""

    @property
    def padding(self) -> Mapping[str, int]:
        """What fills up each input that grows with a text."""

    def compute(self, batch: Batch) -> Batch:
        """One forward pass by whoever holds the accelerator."""


@dataclass(eq=False)
class Request:
    """One input on its way through a pass."""

    batch: Batch
    outputs: Batch | None = None
    error: Exception | None = None
    until: float | None = field(default_factory=end)
    """When its call must end; who computes it may belong to another call."""
    done: bool = False
    left: bool = False
    """Whether nobody waits for it any more."""
    away: bool = False
    """Whether its thread is with whoever asked, who may take his time; then it cannot lead."""
    called: threading.Event = field(default_factory=threading.Event)
    """Set when it is done, or may lead."""

    def finish(self) -> None:
        """Let its thread go on."""
        self.done = True
        self.called.set()

    def collected(self) -> Batch:
        """The outputs. Raises what went wrong, and lets go of it: its traceback holds this request, inputs and all."""
        if self.outputs is not None:
            return self.outputs
        error, self.error = self.error or Busy(CUT_OFF), None
        try:
            raise error
        finally:
            del error


class Batcher:
    """The requests for one model."""

    def __init__(self, task: Passes) -> None:
        self.task = task
        self._changed = threading.Condition()
        self._waiting: deque[Request] = deque()
        self._arriving = 0
        self._led = False
        self._most, self._whole = task.together, 0
        """Requests that a pass takes at most for now, and how many passes took as many since that last changed."""

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """While a request is being encoded: a pass about to start waits for it for a moment."""
        with self._changed:
            self._arriving += 1
        try:
            yield
        finally:
            with self._changed:
                self._arriving -= 1
                self._changed.notify()

    def forward(self, batch: Batch) -> Generator[str, None, Batch]:
        """The outputs of one request, as if it had gone alone; an empty string now and then, while it waits.

        Closing the generator takes the request out of the queue. Raises what the pass of this very input raises.
        """
        request = Request(batch)
        with self._changed:
            self._waiting.append(request)
        try:
            while not request.done:
                if self._takes_lead(request):
                    self._lead()
                elif request.called.wait(BEAT):
                    request.called.clear()
                else:
                    request.away = True
                    yield ""
                    request.away = False
        finally:
            request.left = True
            with self._changed:
                if request in self._waiting:  # it leaves, or had no time left, and may have been called to lead
                    self._waiting.remove(request)
                    self._call()
        return request.collected()

    def _takes_lead(self, request: Request) -> bool:
        """Whether nobody led, and the request is not done yet, as it may be by now; from now on its thread leads."""
        with self._changed:
            if self._led or request.done:
                return False
            self._led = True
            return True

    def _lead(self) -> None:
        """Take the oldest request, and those that go with it, through one pass; then call one to lead the next."""
        group: list[Request] = []
        try:
            with accelerator:
                group = self._gather()
                self._pass(group)
        except Exception as error:
            if not group:  # the one who led had no time left to wait for the accelerator; another will lead
                raise
            self._one_by_one(group, error)
        finally:
            for request in group:  # those without outputs and error, too, where the leader was cut off
                request.finish()
            with self._changed:
                self._led = False
                self._call()

    def _call(self) -> None:
        """Wake one to lead the next pass; were all woken, each would take its turn at Python's lock to sleep again."""
        following = None if self._led else next((each for each in self._waiting if not each.away), None)
        if following:
            following.called.set()

    def _gather(self) -> list[Request]:
        """The oldest request and those that fit to it, out of the queue; after a moment for those that arrive."""
        with self._changed:
            self._changed.wait_for(lambda: not self._arriving or len(self._waiting) >= self._most, WINDOW)
            group: list[Request] = []
            for request in self._waiting:
                batches = [each.batch for each in group]
                if len(group) < self._most and fits(batches, request.batch, self.task.padding):
                    group.append(request)
            for request in group:
                self._waiting.remove(request)
            return group

    def _pass(self, group: Sequence[Request]) -> None:
        """One pass, and to each request what is its own."""
        fill, batches = self.task.padding, [request.batch for request in group]
        outputs = parted(self.task.compute(joined(batches, fill)), batches, {*fill, *self.task.along_tokens})
        for request, own in zip(group, outputs, strict=True):
            request.outputs = own
        self._grow(len(group))
        for watcher in watchers:
            watcher(self.task.name, len(group))

    def _one_by_one(self, group: Sequence[Request], error: Exception) -> None:
        """After a pass that failed: each by itself, within its own time, so that only the one at fault fails."""
        if len(group) == 1:
            group[0].error = error
            return
        many = isinstance(error, OutOfMemory)
        for request in group:
            if not request.left:
                request.error = self._alone(request)
            many = many and not isinstance(request.error, OutOfMemory)
            request.finish()
        if many:  # their number was too much, and none of them by itself
            self._most, self._whole = max(1, len(group) // 2), 0

    def _grow(self, size: int) -> None:
        """After a pass that went well: memory that was short for a while is there again."""
        self._whole += self._most == size < self.task.together
        if self._whole >= REGAINED:
            self._most, self._whole = self._most + 1, 0

    def _alone(self, request: Request) -> Exception | None:
        try:
            with until(request.until), accelerator:
                self._pass([request])
        except Exception as error:
            return error
        return None
