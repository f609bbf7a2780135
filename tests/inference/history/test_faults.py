"""What ends or fails in the middle: nothing acknowledged is lost, and nobody waits long."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import postgres
import pytest
from conftest import ROOT
from kept import keep
from sqlalchemy import create_engine

from inference.errors import ModelError
from inference.history import reach
from inference.history.database import WAIT, Unreachable, url_of
from inference.history.entry import Mark
from inference.history.history import History
from inference.history.reach import REPLY

WRITER = """
import sys, threading
sys.path[:0] = [".", "tests"]
from kept import keep
from inference.history.entry import Mark
from inference.history.history import History
history, printing = History(sys.argv[1], "inputs"), threading.Lock()

def write():
    while True:
        id = keep(history)
        history.mark(id, Mark("wrong"))
        with printing:
            print(id, flush=True)

for _ in range(4):
    threading.Thread(target=write).start()
"""


def test_kill_9_in_the_middle_of_writes_loses_nothing_acknowledged(where: str) -> None:
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, where], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(40)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
        assert writer.wait(20) == -signal.SIGKILL
        ids = [line.strip() for line in told if line.endswith("\n")]
        history = History(where, "inputs")
        assert len(ids) >= 40
        assert all(history.get(id).agreed is False for id in ids)
        if "://" not in where:
            with history._engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        history.close()


@pytest.mark.postgres
def test_killing_the_server_itself_loses_nothing_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "REST", 0.0)
    with postgres.serving() as server:
        history = History(server.url)
        ids = [keep(history) for _ in range(50)]
        server.kill()
        start = time.monotonic()
        with pytest.raises(Unreachable):
            keep(history)
        assert time.monotonic() - start < 4
        server.start()
        assert {entry.id for entry in history.entries("m", 99)} >= set(ids)
        assert history.get(keep(history))  # by the same process, as if nothing had been
        history.close()


@pytest.mark.postgres
def test_a_server_that_stands_still_is_waited_for_only_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "REST", 0.0)
    with postgres.serving() as server:
        history = History(server.url)
        first = keep(history)
        with server.still():  # the kernel goes on to acknowledge what is sent over the open connections
            for call in (lambda: keep(history), lambda: history.entries("m", 9)):
                start = time.monotonic()
                with pytest.raises(Unreachable):
                    call()
                assert time.monotonic() - start < REPLY + 1
        last, end = keep(history), time.monotonic() + 20
        while {entry.id for entry in history.entries("m", 9)} != {first, last}:  # not what was said not to be kept
            assert time.monotonic() < end
            time.sleep(0.1)
        history.close()


@pytest.mark.postgres
def test_a_server_that_may_only_be_read_is_told_in_words(server: postgres.Server) -> None:
    engine = create_engine(url_of(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE standby")
        where = server.url.replace("/postgres?", "/standby?")
        History(where).close()
        connection.exec_driver_sql("ALTER DATABASE standby SET default_transaction_read_only = on")
    engine.dispose()
    with pytest.raises(ModelError, match="--history cannot be written to"):
        History(where)


def test_a_locked_database_is_waited_for_only_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(str(tmp_path / "history.db"))
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    with pytest.raises(Unreachable, match="try again shortly"):
        keep(history)
    assert WAIT * 0.9 <= time.monotonic() - start < WAIT + 2
    start = time.monotonic()
    with pytest.raises(Unreachable):  # at once: it is left alone for a while
        keep(history)
    assert time.monotonic() - start < 0.2
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.setattr(history._reach, "_rests_until", 0.0)
    assert history.get(keep(history))
    history.close()


def test_a_file_that_was_removed_takes_nothing_any_more(tmp_path: Path) -> None:
    history = History(str(tmp_path / "history.db"))
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(Unreachable):  # written into the removed file, it would be lost
        keep(history)
    history.close()


def test_a_file_that_took_the_place_of_another_takes_nothing(tmp_path: Path) -> None:
    history = History(str(tmp_path / "history.db"))
    (tmp_path / "history.db").rename(tmp_path / "moved.db")
    (tmp_path / "history.db").touch()
    with pytest.raises(Unreachable):
        keep(history)
    history.close()


def test_a_file_that_may_only_be_read_is_told_and_written_again_once_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "REST", 0.0)
    history = History(str(tmp_path / "history.db"))
    id = keep(history)
    for may, word in ((False, "ON"), (True, "OFF")):  # SQLITE_READONLY, which the rights of a file do not give to root
        with history._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA query_only = {word}")
        if may:
            assert history.get(keep(history))
        else:
            with pytest.raises(Unreachable, match="try again shortly"):
                keep(history)
            with pytest.raises(Unreachable):
                history.mark(id, Mark("right"))
        assert history.get(id)
    history.close()


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "REST", 0.0)
    history = History(str(tmp_path / "history.db"), "inputs")
    id = keep(history)
    with history._engine.connect() as connection:  # SQLite's own limit fails as a full disk does, with SQLITE_FULL
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unreachable):
        keep(history, inputs='"' + "x" * 200_000 + '"')
    assert history.get(id)
    history.close()
