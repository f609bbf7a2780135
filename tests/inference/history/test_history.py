"""The history keeps, marks, reads and deletes answers, alike in SQLite and in PostgreSQL."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kept import INPUTS, RAW, YES, keep, labels
from sqlalchemy import column as column_of
from sqlalchemy import create_engine, insert, inspect
from sqlalchemy import table as table_of

from inference.errors import ModelError, NotFound
from inference.history import database
from inference.history import history as module
from inference.history.database import Unreachable, engine_of, url_of
from inference.history.entry import Mark
from inference.history.history import History
from inference.history.schema import metadata

ROOT = Path(__file__).parents[3]


@pytest.fixture
def history(where: str) -> Iterator[History]:
    found = History(where, "inputs")
    yield found
    found.close()


def test_an_answer_comes_back_as_it_was_kept(history: History) -> None:
    before = time.time()
    entry = history.get(keep(history))
    assert (entry.model, entry.revision, entry.decision, entry.ms) == ("m", "r1", "go", 1.5)
    assert entry.inputs == json.loads(INPUTS)
    assert entry.prediction == YES
    assert before - 0.01 <= entry.time <= time.time()
    assert (entry.mark, entry.agreed) == (None, None)


def test_any_text_survives(history: History) -> None:
    odd = "quote ' \" \\ ; -- \0 \ud800 ✓ Ω\n"
    entry = history.get(keep(history, inputs=json.dumps({"text": odd}), prediction=labels(**{odd: 1.0})))
    assert entry.inputs == {"text": odd}
    assert entry.predicted == odd


def test_inputs_are_kept_only_where_they_are_asked_for(where: str) -> None:
    history = History(where)
    entry = history.get(keep(history))
    assert entry.inputs is None
    assert history.get(keep(history)).digest == entry.digest
    assert history.get(keep(history, raw={**RAW, "income": 41.0})).digest != entry.digest
    history.close()


def test_equal_inputs_have_other_digests_in_another_database(history: History, tmp_path: Path) -> None:
    other = History(str(tmp_path / "other.db"))
    assert history.get(keep(history)).digest != other.get(keep(other)).digest
    other.close()


@pytest.mark.parametrize(
    ("mark", "agreed", "truth"),
    [
        (Mark("right"), True, "yes"),
        (Mark("wrong"), False, "no"),  # the only other label
        (Mark("should be", "no"), False, "no"),
        (Mark("should be", "yes"), True, "yes"),
    ],
)
def test_a_mark_says_what_is_right(history: History, mark: Mark, agreed: bool, truth: str) -> None:
    id = keep(history)
    history.mark(id, Mark("right"))
    entry = history.mark(id, mark)  # in the place of the one before
    assert (entry.mark, entry.agreed, entry.truth) == (mark, agreed, truth)
    assert history.get(id) == entry


def test_wrong_does_not_say_what_is_right_among_three(history: History) -> None:
    entry = history.mark(keep(history, prediction=labels(a=0.5, b=0.3, c=0.2)), Mark("wrong"))
    assert (entry.agreed, entry.truth) == (False, None)


def test_the_newest_come_first_and_older_ones_after(history: History) -> None:
    ids = []
    for _ in range(5):
        ids.append(keep(history))
        time.sleep(0.002)
    keep(history, model="other")
    first = history.entries("m", 3)
    assert [entry.id for entry in first] == ids[:1:-1]
    assert [entry.id for entry in history.entries("m", 3, first[-1].place)] == ids[1::-1]


def test_answers_of_one_millisecond_are_all_listed_page_by_page(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    ids = {keep(history) for _ in range(5)}
    found, place = list[str](), None
    while some := history.entries("m", 2, place):
        found, place = [*found, *(entry.id for entry in some)], some[-1].place
    assert len(found) == 5 and set(found) == ids


def test_marked_ones_and_those_against_are_told_apart(history: History) -> None:
    one, two, three = keep(history), keep(history), keep(history)
    history.mark(one, Mark("right"))
    history.mark(two, Mark("wrong"))
    assert {entry.id for entry in history.entries("m", 9, marked=True)} == {one, two}
    assert [entry.id for entry in history.entries("m", 9, against=True)] == [two]
    assert {entry.id for entry in history.entries("m", 9)} == {one, two, three}
    keep(history, revision="r2", ms=4.5)
    new, old = history.tallies("m")
    assert (new.revision, new.answers, new.marks, new.against, new.ms) == ("r2", 1, 0, 0, 4.5)
    assert (old.revision, old.answers, old.marks, old.against) == ("r1", 3, 2, 1)


def test_what_is_deleted_is_gone(history: History) -> None:
    id, other = keep(history), keep(history)
    history.forget(id)
    for call in (history.get, history.forget):
        with pytest.raises(NotFound, match="may have been deleted"):
            call(id)
    assert [entry.id for entry in history.entries("m", 9)] == [other]


@pytest.mark.parametrize("id", ["", "x' OR '1'='1", "a\0b", "\ud800", "x" * 33, "ä", None, 7])
def test_what_is_no_id_finds_nothing_and_stops_nobody(history: History, id: str) -> None:
    for call in (history.get, history.forget, lambda id: history.mark(id, Mark("right"))):
        with pytest.raises(NotFound):
            call(id)
    assert history.get(keep(history))


def test_what_is_too_old_is_never_shown_and_then_deleted(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    id, now = keep(history), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    with pytest.raises(NotFound):
        history.get(id)
    new = keep(history)
    assert history.sweep() == 1
    monkeypatch.undo()
    assert [entry.id for entry in history.entries("m", 9)] == [new]


def test_beyond_the_most_the_oldest_leave(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    ids = []
    for _ in range(5):
        ids.append(keep(history))
        time.sleep(0.002)
    assert history.sweep() == 2
    assert [entry.id for entry in history.entries("m", 9)] == ids[:1:-1]


TEXT = json.dumps("x" * 5_000)


def test_beyond_the_most_in_bytes_the_oldest_leave(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 12_500)
    ids = []
    for inputs in (TEXT, INPUTS, TEXT, TEXT, INPUTS):
        ids.append(keep(history, inputs=inputs))
        time.sleep(0.002)
    assert history.sweep() == 2
    assert [entry.id for entry in history.entries("m", 9)] == ids[:1:-1]
    history.mark(ids[-1], Mark("should be", "é" * 2_000))
    assert history.sweep() == 1  # what people say counts too
    history.mark(ids[-1], Mark("right"))
    keep(history, inputs=TEXT)
    assert history.sweep() == 0


def test_the_bytes_are_looked_at_every_so_many(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 20_000)
    monkeypatch.setattr(module, "LOOK", 15_000)
    ids = [keep(history, inputs=TEXT) for _ in range(9)]
    end = time.monotonic() + 20
    while len(found := history.entries("m", 9)) > 5:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert {entry.id for entry in found} <= set(ids[3:])


def test_many_threads_lose_nothing(history: History) -> None:
    with ThreadPoolExecutor(24) as threads:
        ids = list(threads.map(lambda _: keep(history), range(120)))
    assert {entry.id for entry in history.entries("m", 200)} == set(ids)


def test_the_migrations_make_the_tables_that_the_code_knows(history: History, where: str) -> None:
    engine = create_engine(url_of(where))
    found = inspect(engine)
    for table in metadata.sorted_tables:
        columns = {each["name"]: (bool(each["nullable"]), each["type"]) for each in found.get_columns(table.name)}
        assert set(columns) == set(table.columns.keys())
        for column in table.columns:
            nullable, kind = columns[column.name]
            assert nullable == bool(column.nullable)
            assert kind._type_affinity == column.type._type_affinity, column.name
        indexes = {each["name"]: each["column_names"] for each in found.get_indexes(table.name)}
        assert indexes == {str(each.name): each.columns.keys() for each in table.indexes}
    engine.dispose()


OPEN = "import sys; from inference.history.history import History; History(sys.argv[1]).close()"


def test_several_processes_open_a_new_database_at_once(where: str) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", OPEN, where], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [(each.communicate(timeout=60)[1], each.returncode) for each in running] == [("", 0)] * 3


def test_what_was_kept_is_there_after_a_restart(where: str) -> None:
    first = History(where, "inputs")
    id = keep(first)
    digest = first.get(id).digest
    first.close()
    again = History(where, "inputs")
    assert again.get(id).digest == again.get(keep(again)).digest == digest
    again.close()


def test_the_tables_of_a_newer_version_are_left_alone(history: History, where: str) -> None:
    engine = engine_of(where)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE seewhy_version SET version_num = '99'")
    engine.dispose()
    with pytest.raises(ModelError, match="a newer version of SeeWhy"):
        History(where)


# SQLite alone


def test_sqlite_writes_ahead_and_its_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    history = History(str(file))
    with history._engine.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    history.close()


def test_what_is_deleted_is_no_longer_in_the_files(tmp_path: Path) -> None:
    history = History(str(tmp_path / "history.db"), "inputs")
    id = keep(history, inputs=json.dumps({"text": "a secret of mine"}))
    assert any(b"a secret of mine" in path.read_bytes() for path in tmp_path.iterdir())
    history.forget(id)
    assert not any(b"a secret of mine" in path.read_bytes() for path in tmp_path.iterdir())
    history.close()


def test_what_is_deleted_while_others_read_is_overwritten_once_they_have(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    history = History(str(file), "inputs")
    id = keep(history, inputs=json.dumps({"text": "a secret of mine"}))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM seewhy_answers").fetchall()
    history.forget(id)
    assert any(b"a secret of mine" in path.read_bytes() for path in tmp_path.iterdir())
    other.execute("COMMIT")
    other.close()
    end = time.monotonic() + 20
    while any(b"a secret of mine" in path.read_bytes() for path in tmp_path.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.1)
    history.close()


def test_tables_of_the_first_version_are_brought_up_to_date(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "NEWEST", "1")
    engine = engine_of(where)
    monkeypatch.undo()
    row = {"id": "a", "time": int(time.time() * 1000), "model": "m", "revision": "r", "digest": "d", "ms": 1.0}
    row |= {"inputs": TEXT, "prediction": json.dumps(YES.to_json())}
    with engine.begin() as connection:
        connection.execute(insert(table_of("seewhy_answers", *map(column_of, row))).values(row))
    engine.dispose()
    history = History(where, "inputs")
    assert history.get("a").inputs == "x" * 5_000
    monkeypatch.setattr(module, "MOST_BYTES", 5_000)
    assert history.sweep() == 1
    history.close()


# What a presenter can mend


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("mysql://u:secret@h/d",), "takes a file, a sqlite:/// or a postgresql:// URL, not mysql"),
        (("postgresql://u:secret@h:port/d",), "is no URL that can be read"),
        (("sqlite://",), "takes a file"),
        (("/nowhere/at/all.db",), "cannot be opened"),
        (("history.db", "everything"), "--keep must be digest or inputs, got 'everything'"),
        (("history.db", "digest", 0), "--days must be a whole number from 1 to 3,650, got 0"),
        (("postgresql:///d?host=/nowhere&connect_timeout=1",), "cannot be opened: OperationalError"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(
    given: tuple[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as told:
        History(*given)
    assert said in str(told.value)
    assert "secret" not in str(told.value)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.history.database.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r'pip install -e "\.\[history\]"'):
        History(str(tmp_path / "history.db"))


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("what I wanted to remember, " * 50)
    before = file.read_bytes()
    with pytest.raises(ModelError, match="file is not a database"):
        History(str(file))
    assert file.read_bytes() == before


def test_an_error_tells_nothing_of_what_was_to_be_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    history = History(str(tmp_path / "history.db"), "inputs")
    with history._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE seewhy_answers")
    with pytest.raises(Unreachable):
        keep(history, inputs='{"text": "my secret"}')
    assert "no such table" in caplog.text
    assert "my secret" not in caplog.text
    history.close()
