"""The game of the last input, with every score known so far: asking again about it costs only what is new.

Kept by whoever asks more than once, such as a visitor's page; nobody else ever sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.contents import digest
from inference.targets import apart
from inference.task import Task
from inference.types import Raw, Record, Target, adapter

from .games import Memo
from .priors import Coalitions, Floats
from .scoring import Play, scorer
from .types import Explanation, Partition

Key = tuple[Task, bytes, int | None]


class Played:
    """A game of several outputs, each coalition scored once."""

    def __init__(self, task: Task, raw: Raw, targets: Sequence[Target], evaluations: int | None) -> None:
        self.columns = apart(targets)[0]
        self.play = scorer(task, raw, self.columns, evaluations)
        self.known = Memo(self.play.game)

    def of(self, targets: Sequence[Target]) -> Play | None:
        """The game of these targets, if they are made of what is scored."""
        simple, parts = apart(targets)
        if not set(simple) <= set(self.columns):
            return None
        chosen = [self.columns.index(target) for target in simple]

        def game(coalitions: Coalitions) -> Floats:
            return self.known(coalitions)[:, chosen] @ parts

        noise = self.play.noise
        if noise is not None:
            noise = np.sqrt(noise[chosen] ** 2 @ parts**2)
        return self.play._replace(game=game, noise=noise)


@dataclass(frozen=True)
class Explained(Record):
    """What was said of a target, and of which atoms the players are made that it was said of."""

    explanation: Explanation
    players: Partition

    def to_bytes(self) -> bytes:
        """As JSON."""
        kind: Any = Explained
        return adapter(kind).dump_json(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Explained":
        """The inverse of `to_bytes`."""
        kind: Any = cls
        found: Explained = adapter(kind).validate_json(data)
        return found


class Memory:
    """The last input: its game, and what was said of it.

    likely: targets that may be asked for next; they are scored along with the first.
    """

    def __init__(self) -> None:
        self.likely: Sequence[Target] = ()
        self._key: Key | None = None
        self._played: Played | None = None
        self._explained: dict[Target, Explained] = {}

    def __reduce__(self) -> tuple[type["Memory"], tuple[()]]:
        return Memory, ()  # a game is of its process

    def play(self, task: Task, raw: Raw, targets: Sequence[Target], evaluations: int | None = None) -> Play:
        """As `scorer`; of the same input no coalition is scored twice."""
        self.begin(task, raw, evaluations)
        if self._played is None or not self._played.of(targets):
            self._played = Played(task, raw, [*targets, *self.likely], evaluations)
        play = self._played.of(targets)
        assert play is not None  # they were just put in
        return play

    def begin(self, task: Task, raw: Raw, evaluations: int | None = None) -> None:
        """Forget all that is of another input."""
        key = (task, digest(raw), evaluations)
        if self._key != key:
            self._key, self._played, self._explained = key, None, {}

    def keep(self, explanation: Explanation, players: Partition) -> None:
        """What is said of a target, instead of what was said of it before."""
        self._explained.pop(explanation.target, None)
        self._explained[explanation.target] = Explained(explanation, players)  # as the latest

    def explained(self, task: Task, raw: Raw, target: Target) -> Explained | None:
        """What was said of a target of this input, if it is the last one."""
        same = self._key is not None and self._key[:2] == (task, digest(raw))
        return self._explained.get(target) if same else None

    def latest(self, task: Task, raw: Raw) -> Explained | None:
        """What was said last of this input, whatever its target."""
        same = self._key is not None and self._key[:2] == (task, digest(raw))
        return next(reversed(self._explained.values()), None) if same else None
