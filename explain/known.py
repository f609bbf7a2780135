"""Whole explanations, kept for whoever asks the same again.

Those of a model's own examples are there for everybody, some from the start (see examples.py); any other belongs to the
caller who asked for it, and nobody else ever gets it. It knows no page; on a lent GPU, it is of the page's process.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from typing import Any
from weakref import WeakKeyDictionary

from inference.contents import digest
from inference.errors import InputError
from inference.observing import observe_cache
from inference.serving.callers import Caller, who
from inference.task import Task
from inference.types import Raw, Target

from . import examples
from .asked import limits, parse_target
from .explainer import explain_all
from .memory import Explained, Memory
from .types import Explanation

LIMIT = 64 * 2**20
"""Bytes kept in all."""
ENTRY = 1024
"""Bytes that an entry takes beside its explanation, at most."""
AGE = 3600.0
"""Seconds that what a caller asked is kept, as long as what they upload."""

Question = tuple[bytes, Target | None, int | None, int, str]
"""Digest of a checked input, target (None for what comes first in its prediction), evaluations, seed and method.

How many seconds it may take is no part of it: they choose where a stream stops, and only whole ones are kept.
"""
Key = tuple[int, str, Question]
"""The loaded model, whose the entry is (empty for everybody's), and what was asked."""


class Kept:
    """Bytes by key; those asked for longest ago make room for new ones."""

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.bytes, self._clock = limit, 0, clock
        self._entries: OrderedDict[Key, tuple[bytes, float]] = OrderedDict()
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> bytes | None:
        """What is kept under a key."""
        with self._changing:
            self._expire()
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Key, data: bytes, age: float = inf) -> None:
        """Keep it for `age` seconds, instead of what was there; unless it takes more than all may."""
        if len(data) + ENTRY > self.limit:
            return
        with self._changing:
            self._expire()
            self._drop(key)
            self._entries[key] = data, self._clock() + age
            self.bytes += len(data) + ENTRY
            while self.bytes > self.limit:
                self._drop(next(iter(self._entries)))

    def _expire(self) -> None:
        now = self._clock()
        for key in [key for key, (_, until) in self._entries.items() if until < now]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        if key in self._entries:
            self.bytes -= len(self._entries.pop(key)[0]) + ENTRY


_numbers = count()


@dataclass(frozen=True)
class Own:
    """What a loaded model brings: the digests of its examples, and what is known of them from the start.

    number: no other has it, so that a model loaded anew, with other weights perhaps, never gets what was said of these.
    """

    examples: frozenset[bytes]
    told: dict[Question, Explained]
    number: int = field(default_factory=lambda: next(_numbers))


class Known:
    """`explain_stream` that gives a whole explanation at once where it has it."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = Kept() if kept is None else kept
        self._own: WeakKeyDictionary[Task, Own] = WeakKeyDictionary()
        self._opening = threading.Lock()

    def explain_stream(
        self,
        task: Task,
        inputs: Any,
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        seed: int = 0,
        method: str = "auto",
        memory: Memory | None = None,
    ) -> Iterator[Explanation]:
        """As `explain_stream`; what is known already is the only part, and says so. Raises InputError."""
        limits(evaluations, seconds, method)
        raw, memory = task.parse(inputs), memory or Memory()
        own, whose, question = self._asked(task, raw, target, evaluations, seed, method)
        found = self._look(own, whose, question)
        if whose is not None:
            observe_cache("explanations", found is not None)
        if found:
            yield remembered(found, task, raw, evaluations, memory)
            return
        named = question[1]
        asked = named or parse_target(task, raw, None)
        for (last,) in explain_all(task, raw, [asked], evaluations, seconds, seed, method, memory):
            yield last
        whole = seconds is None or last.seconds < seconds
        said = memory.explained(task, raw, asked)
        if whole and said and whose is not None:
            data = said.to_bytes()
            for of in {named, asked}:
                self.kept.put((own.number, whose, (question[0], of, *question[2:])), data, AGE if whose else inf)

    def known(
        self,
        task: Task,
        inputs: Any,
        target: Any = None,
        evaluations: int | None = None,
        seconds: float | None = None,
        seed: int = 0,
        method: str = "auto",
        memory: Memory | None = None,
    ) -> Explanation | None:
        """What `explain_stream` would give at once; None where the model would have to be asked. Raises InputError."""
        limits(evaluations, seconds, method)
        raw = task.parse(inputs)
        found = self._look(*self._asked(task, raw, target, evaluations, seed, method))
        if not found:
            return None
        observe_cache("explanations", True)
        return remembered(found, task, raw, evaluations, memory or Memory())

    def _asked(
        self, task: Task, raw: Raw, target: Any, evaluations: int | None, seed: int, method: str
    ) -> tuple[Own, str | None, Question]:
        """What the model brings, whose an entry would be, and what is asked."""
        named, own = None if target is None else parse_target(task, raw, target), self._of(task)
        question = (digest(raw), named, evaluations, seed, method)
        return own, owner(question, own), question

    def _look(self, own: Own, whose: str | None, question: Question) -> Explained | None:
        if whose is None:
            return None
        found = own.told.get(question)
        if not found and (data := self.kept.get((own.number, whose, question))):
            found = Explained.from_bytes(data)
        return found

    def _of(self, task: Task) -> Own:
        with self._opening:  # also against two who would give one model two numbers
            if task not in self._own:
                self._own[task] = opened(task)
            return self._own[task]


def remembered(found: Explained, task: Task, raw: Raw, evaluations: int | None, memory: Memory) -> Explanation:
    """An explanation that is known already, noted as the last one."""
    memory.begin(task, raw, evaluations)
    memory.keep(found.explanation, found.players)
    return replace(found.explanation, kept=True)


def owner(question: Question, own: Own) -> str | None:
    """Whose an entry is: everybody's (empty) for a model's own example, else the caller's; None for nobody's.

    An address alone is no identity: many may share it.
    """
    caller = who()
    return "" if question[0] in own.examples else identity(caller)


def identity(caller: Caller) -> str | None:
    """What tells a caller from all others; None where nothing does."""
    if caller.user:
        return f"user {caller.user}"
    return f"session {caller.key}" if caller.session else None


def opened(task: Task) -> Own:
    """What a model that was just loaded brings."""
    raws = [checked(task, example.inputs) for example in task.demo.examples]
    digests = [None if raw is None else digest(raw) for raw in raws]
    told: dict[Question, Explained] = {}
    for number, found in examples.read(task).items():
        if key := digests[number]:
            told |= {(key, of, None, found.explanation.seed, "auto"): found for of in (None, found.explanation.target)}
    return Own(frozenset(found for found in digests if found), told)


def checked(task: Task, inputs: Any) -> Raw | None:
    """An example as the model takes it; None if it does not."""
    try:
        return task.parse(inputs)
    except InputError:
        return None
