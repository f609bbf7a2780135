"""The history: answers are kept, marked, read and deleted. Knows no task and no page.

What `keep` has returned is on the disk. Whoever holds an answer's id may mark and delete it; nobody can guess one.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ModelError
from ..types import Prediction, Raw
from .database import WAIT, Unreachable, engine_of, identity, transaction
from .entry import Entry, Mark, Tally, agrees
from .inputs import fingerprint
from .rows import entry_of, named, nothing

if TYPE_CHECKING:
    from sqlalchemy import Connection

Keep = Literal["digest", "inputs"]
KEEPS: tuple[Keep, ...] = ("digest", "inputs")
DAYS = 30
"""Days after which an answer is deleted, unless the presenter says otherwise."""
LONGEST = 3_650
MOST = 1_000_000
"""Answers that are kept; beyond them the oldest leave."""
SWEEP = 3_600.0
"""Seconds between two looks for answers that are too old."""
REST = 2.0
"""Seconds for which a database that could not be reached is left alone, so that predictions do not wait for it."""


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
        self._file = identity(self._engine)
        self._rests_until = 0.0
        self._writing = threading.Lock()
        self._ended = threading.Event()
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
        row = {
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
        with self._written() as connection:
            connection.execute(answers.insert().values(row))
        return id

    def mark(self, id: str, mark: Mark) -> Entry:
        """An answer with what somebody says of it now, instead of before. Raises NotFound, Unreachable."""
        from .schema import answers

        entry = self.get(id)
        values = {"verdict": mark.verdict, "truth": mark.truth, "agreed": agrees(entry.prediction, mark)}
        with self._written() as connection:
            connection.execute(answers.update().where(answers.c.id == id).values(values))
        return self.get(id)

    def get(self, id: str) -> Entry:
        """An answer by its id. Raises NotFound, Unreachable."""
        from .schema import answers

        with self._reached() as connection:
            row = connection.execute(answers.select().where(answers.c.id == named(id), self._young())).one_or_none()
        if row is None:
            raise nothing()
        return entry_of(row)

    def forget(self, id: str) -> None:
        """Delete an answer, its input and its mark. Raises NotFound, Unreachable."""
        from .schema import answers

        with self._written() as connection:
            found = connection.execute(answers.delete().where(answers.c.id == named(id))).rowcount
        if not found:
            raise nothing()
        self._overwrite()

    def sweep(self) -> int:
        """Delete what is too old, and the oldest of too many; how many. Raises Unreachable."""
        from sqlalchemy import select

        from .schema import answers

        with self._written() as connection:
            found = connection.execute(answers.delete().where(~self._young())).rowcount
            newest = select(answers.c.time).order_by(answers.c.time.desc()).offset(MOST).limit(1)
            edge = connection.execute(newest).scalar_one_or_none()
            if edge is not None:
                found += connection.execute(answers.delete().where(answers.c.time <= edge)).rowcount
        if found:
            self._overwrite()
        return int(found)

    # Reading

    def entries(
        self, model: str, count: int, before: float | None = None, *, marked: bool = False, against: bool = False
    ) -> list[Entry]:
        """The newest answers of a model. before: older than that time; marked: only with a mark; against: only where
        the mark disagrees. Raises Unreachable."""
        from .schema import answers

        asked = answers.select().where(answers.c.model == model, self._young())
        if before is not None:
            asked = asked.where(answers.c.time < round(before * 1000))
        if marked or against:
            asked = asked.where(answers.c.agreed.is_(False) if against else answers.c.verdict.is_not(None))
        with self._reached() as connection:
            rows = connection.execute(asked.order_by(answers.c.time.desc(), answers.c.id).limit(count)).all()
        return [entry_of(row) for row in rows]

    def tallies(self, model: str) -> list[Tally]:
        """How many answers, marks and disagreements each revision of a model has, newest first. Raises Unreachable."""
        from sqlalchemy import case, func, select

        from .schema import answers

        marks, against = func.count(answers.c.verdict), func.sum(case((answers.c.agreed.is_(False), 1), else_=0))
        ends = func.min(answers.c.time), func.max(answers.c.time)
        of = select(answers.c.revision, func.count(), marks, against, *ends, func.avg(answers.c.ms))
        with self._reached() as connection:
            rows = connection.execute(of.where(answers.c.model == model, self._young()).group_by(answers.c.revision))
            found = [Tally(r, int(n), int(m), int(a), t / 1000, u / 1000, float(ms)) for r, n, m, a, t, u, ms in rows]
        return sorted(found, key=lambda each: -each.last)

    # The database

    @contextmanager
    def _reached(self) -> Iterator["Connection"]:
        """A transaction; for some seconds after one could not be had, none is tried. Raises Unreachable."""
        if time.monotonic() < self._rests_until:
            raise Unreachable
        try:
            with transaction(self._engine, self._file) as connection:
                yield connection
        except Unreachable:
            self._rests_until = time.monotonic() + REST
            raise

    @contextmanager
    def _written(self) -> Iterator["Connection"]:
        """The same to write: SQLite takes one writer, and of many that knock it forgets some, so ours stand in line."""
        if self._engine.dialect.name != "sqlite":
            with self._reached() as connection:
                yield connection
            return
        if not self._writing.acquire(timeout=WAIT):
            raise Unreachable
        try:
            with self._reached() as connection:
                yield connection
        finally:
            self._writing.release()

    def _young(self) -> Any:
        from .schema import answers

        return answers.c.time >= int((time.time() - self.days * 86_400) * 1000)

    def _overwrite(self) -> None:
        """Empty SQLite's log, where what was deleted still stands; where others read it just now, they do so later."""
        if self._engine.dialect.name == "sqlite":
            with self._written() as connection:
                connection.commit()
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _salted(self) -> bytes:
        """What the digests of this database hang on; made by whoever opens it first."""
        from sqlalchemy import select
        from sqlalchemy.exc import IntegrityError

        from .schema import salts

        try:
            with self._engine.begin() as connection:
                connection.execute(salts.insert().values(number=1, salt=secrets.token_bytes(32)))
        except IntegrityError:  # somebody did
            pass
        with self._reached() as connection:
            return bytes(connection.execute(select(salts.c.salt)).scalar_one())

    def _sweeping(self) -> None:
        while not self._ended.wait(SWEEP):
            try:
                self.sweep()
            except Unreachable:  # which is in the log; the next look comes
                continue
