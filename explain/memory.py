"""The game of the last input, with every score known so far: asking again about it costs only what is new.

Kept by whoever asks more than once, such as a visitor's page; nobody else ever sees it.
"""

import hashlib
from collections.abc import Sequence

from inference.task import Task, apart
from inference.types import Raw, Target

from .estimators import Coalitions, Floats, Game, Memo
from .players import Players
from .scoring import scorer

Key = tuple[Task, bytes, int | None, bool]


class Played:
    """A game of several outputs, each coalition scored once."""

    def __init__(
        self, task: Task, raw: Raw, targets: Sequence[Target], evaluations: int | None, second_baseline: bool
    ) -> None:
        self.columns = apart(targets)[0]
        self.players, game = scorer(task, raw, self.columns, evaluations, second_baseline)
        self.known = Memo(game)

    def of(self, targets: Sequence[Target]) -> Game | None:
        """The game of these targets, bool[m, n] → float64[m, targets], if they are made of what is scored."""
        simple, parts = apart(targets)
        if not set(simple) <= set(self.columns):
            return None
        chosen = [self.columns.index(target) for target in simple]

        def game(coalitions: Coalitions) -> Floats:
            return self.known(coalitions)[:, chosen] @ parts

        return game


class Memory:
    """The last game, and which targets may be asked for next: these are scored along with the first."""

    def __init__(self) -> None:
        self.likely: Sequence[Target] = ()
        self._key: Key | None = None
        self._played: Played | None = None

    def play(
        self,
        task: Task,
        raw: Raw,
        targets: Sequence[Target],
        evaluations: int | None = None,
        second_baseline: bool = False,
    ) -> tuple[Players, Game]:
        """As `scorer`; of the same input, with the same means of hiding, no coalition is scored twice."""
        key = (task, digest(raw), evaluations, second_baseline)
        if self._played and self._key == key and (game := self._played.of(targets)):
            return self._played.players, game
        played = Played(task, raw, [*targets, *self.likely], evaluations, second_baseline)
        if not second_baseline:
            self._key, self._played = key, played
        game = played.of(targets)
        assert game is not None  # they were just put in
        return played.players, game


def digest(raw: Raw) -> bytes:
    """Of an input's values; two inputs with the same are the same."""
    found = hashlib.sha256()
    for name, value in raw.items():
        found.update(repr((name, getattr(value, "size", value))).encode())
        found.update(value.tobytes() if hasattr(value, "tobytes") else b"")
    return found.digest()
