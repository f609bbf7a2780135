"""The history: answers are kept, marked, read and deleted. Knows no task and no page.

What `keep` has returned is on the disk. Whoever holds an answer's id may mark and delete it; nobody can guess one.
"""

import json
import secrets
import threading
import time
from contextlib import suppress
from typing import Any, Literal

from ..errors import ModelError
from ..types import Prediction, Raw
from .database import Unreachable, engine_of
from .entry import Entry, Mark, Place, Tally, agrees
from .inputs import fingerprint
from .reach import READING, Reach
from .rows import ROW, edge, entry_of, named, nothing, weight

Keep = Literal["digest", "inputs"]
KEEPS: tuple[Keep, ...] = ("digest", "inputs")
DAYS = 30
"""Days after which an answer is deleted, unless the presenter says otherwise."""
LONGEST = 3_650
MOST = 1_000_000
"""Answers that are kept; beyond them the oldest leave."""
MOST_BYTES = 2 * 10**9
"""What they may take together, about; beyond it the oldest leave as well."""
LOOK = MOST_BYTES // 32
"""Bytes that one process writes until it looks whether they are too many."""
SWEEP, LATER, AGAIN = 3_600.0, 60.0, 1.0
"""Seconds between two looks for answers that are too old; after one that failed; and until what could not be
overwritten is tried again.
"""
PORTION = 200
"""Answers that are deleted at once; whoever wants to write waits no longer than for these."""


class History:
    """Answers in a database. Safe to call from many threads, and from many processes at once."""

    def __init__(self, where: str, keep: Keep = "digest", days: int = DAYS) -> None:
        """where: a URL or a SQLite file. Raises ModelError that says what the presenter can do."""
        if keep not in KEEPS:
            raise ModelError(f"--keep must be {' or '.join(KEEPS)}, got {str(keep)[:40]!r}.")
        if not isinstance(days, int) or not 1 <= days <= LONGEST:
            raise ModelError(f"--days must be a whole number from 1 to {LONGEST:,}, got {days!r}.")
        self.inputs, self.days = keep == "inputs", days
        self._engine = engine_of(where)
        self._reach = Reach(self._engine)
        self._written = 0
        self._due, self._ended = threading.Event(), threading.Event()
        try:
            self._salt = self._salted()
            self.sweep()
        except Unreachable as error:
            self._engine.dispose()
            raise ModelError(f"--history cannot be written to: {error}") from None
        threading.Thread(target=self._sweeping, daemon=True).start()

    def close(self) -> None:
        """Let go of the database."""
        self._ended.set()
        self._due.set()
        self._engine.dispose()

    # Keeping, marking, deleting

    def keep(
        self,
        model: str,
        revision: str,
        raw: Raw,
        inputs: str | None,
        prediction: Prediction,
        decision: str | None,
        ms: float,
    ) -> str:
        """The id under which an answer is kept; it is on the disk by then. inputs: as JSON. Raises Unreachable."""
        from .schema import answers

        id = secrets.token_urlsafe(16)
        row: dict[str, Any] = {
            "id": id,
            "time": int(time.time() * 1000),
            "model": model[:200],
            "revision": revision,
            "digest": fingerprint(raw, self._salt),
            "inputs": inputs if self.inputs else None,
            "prediction": json.dumps(prediction.to_json()),
            "decision": decision,
            "ms": ms,
        }
        row["size"] = ROW + weight(row["inputs"], row["prediction"], decision)
        gone = answers.delete().where(answers.c.id == id)  # what is said not to be kept is not
        self._reach.write(lambda it: it.execute(answers.insert().values(row)), lambda it: it.execute(gone))
        self._written += row["size"]
        if self._written > LOOK:
            self._due.set()
        return id

    def mark(self, id: str, mark: Mark) -> Entry:
        """An answer with what somebody says of it now, instead of before. Raises NotFound, Unreachable."""
        from .schema import answers

        entry = self.get(id)
        before = entry.mark.truth if entry.mark else None
        values = {"verdict": mark.verdict, "truth": mark.truth, "agreed": agrees(entry.prediction, mark)}
        values["size"] = answers.c.size + weight(mark.truth) - weight(before)
        self._reach.write(lambda it: it.execute(answers.update().where(answers.c.id == id).values(values)))
        return self.get(id)

    def get(self, id: str) -> Entry:
        """An answer by its id. Raises NotFound, Unreachable."""
        from .schema import answers

        asked = answers.select().where(answers.c.id == named(id), self._young())
        row = self._reach.read(lambda it: it.execute(asked).one_or_none())
        if row is None:
            raise nothing()
        return entry_of(row)

    def forget(self, id: str) -> None:
        """Delete an answer, its input and its mark. Raises NotFound, Unreachable."""
        from .schema import answers

        asked = answers.delete().where(answers.c.id == named(id))
        if not self._reach.write(lambda it: it.execute(asked).rowcount):
            raise nothing()
        self._overwrite()

    def sweep(self) -> int:
        """Delete what is too old, and the oldest of too many or of too much; how many. Raises Unreachable."""
        from sqlalchemy import select

        from .schema import answers

        self._written = 0
        until = self._reach.read(lambda it: edge(it, self._oldest(), MOST, MOST_BYTES), READING)
        old = select(answers.c.id).where(answers.c.time <= until).limit(PORTION)
        asked, found = answers.delete().where(answers.c.id.in_(old)), 0
        while part := self._reach.write(lambda it: it.execute(asked).rowcount, seconds=READING):
            found += part
        if found or self._reach.unclean:
            self._overwrite()
        return found

    # Reading

    def entries(
        self, model: str, count: int, before: Place | None = None, *, marked: bool = False, against: bool = False
    ) -> list[Entry]:
        """The newest answers of a model. before: those that follow the one there; marked: only with a mark; against:
        only where the mark disagrees. Raises Unreachable."""
        from sqlalchemy import and_, or_

        from .schema import answers

        asked = answers.select().where(answers.c.model == model, self._young())
        if before is not None:
            ms, id = round(before[0] * 1000), before[1]
            asked = asked.where(or_(answers.c.time < ms, and_(answers.c.time == ms, answers.c.id > id)))
        if marked or against:
            asked = asked.where(answers.c.agreed.is_(False) if against else answers.c.verdict.is_not(None))
        asked = asked.order_by(answers.c.time.desc(), answers.c.id).limit(count)
        rows = self._reach.read(lambda it: it.execute(asked).all(), READING)
        return [entry_of(row) for row in rows]

    def tallies(self, model: str) -> list[Tally]:
        """How many answers, marks and disagreements each revision of a model has, newest first. Raises Unreachable."""
        from sqlalchemy import case, func, select

        from .schema import answers

        marks, against = func.count(answers.c.verdict), func.sum(case((answers.c.agreed.is_(False), 1), else_=0))
        ends = func.min(answers.c.time), func.max(answers.c.time)
        of = select(answers.c.revision, func.count(), marks, against, *ends, func.avg(answers.c.ms))
        asked = of.where(answers.c.model == model, self._young()).group_by(answers.c.revision)
        rows = self._reach.read(lambda it: it.execute(asked).all(), READING)
        found = [Tally(r, int(n), int(m), int(a), t / 1000, u / 1000, float(ms)) for r, n, m, a, t, u, ms in rows]
        return sorted(found, key=lambda each: -each.last)

    # The database

    def _oldest(self) -> int:
        """The last moment that is too long ago, in milliseconds."""
        return int((time.time() - self.days * 86_400) * 1000) - 1

    def _young(self) -> Any:
        from .schema import answers

        return answers.c.time > self._oldest()

    def _overwrite(self) -> None:
        """Nothing that was deleted is to be left; where it must be for now, it is tried again soon."""
        with suppress(Unreachable):
            self._reach.overwrite()
        if self._reach.unclean:
            self._due.set()

    def _salted(self) -> bytes:
        """What the digests of this database hang on; made by whoever opens it first."""
        from sqlalchemy import select
        from sqlalchemy.dialects import postgresql, sqlite

        from .schema import salts

        kind = sqlite if self._reach.is_file else postgresql
        made = kind.insert(salts).values(number=1, salt=secrets.token_bytes(32)).on_conflict_do_nothing()
        self._reach.write(lambda it: it.execute(made))
        return self._reach.read(lambda it: bytes(it.execute(select(salts.c.salt)).scalar_one()))

    def _sweeping(self) -> None:
        pause = AGAIN if self._reach.unclean else SWEEP
        while True:
            self._due.wait(pause)
            self._due.clear()
            if self._ended.is_set():
                return
            try:
                self.sweep()
                pause = AGAIN if self._reach.unclean else SWEEP
            except Unreachable:  # which is in the log
                pause = LATER
