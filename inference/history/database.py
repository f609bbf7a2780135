"""Opens the database of a history: SQLite in WAL mode, or PostgreSQL, its tables brought up to date. Knows no entry.

SQLAlchemy and Alembic are imported late; they come with the extra `history`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Busy, ModelError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

WAIT = 1.0
"""Seconds to wait for another writer, or for a free connection; a prediction waits no longer for its record."""
CONNECTIONS = 8
"""Connections of one process that stay open, and as many more where they do not suffice."""
MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "2"
"""The version of the tables that this code knows."""
LOCK = 0x5EE_0417
"""The advisory lock under which PostgreSQL's tables are brought up to date by one process at a time."""
NEEDED = ("sqlalchemy", "alembic")
INSTALL = 'pip install -e ".[history]"'


class Unreachable(Busy):
    """The database is locked, full or gone; the same call may succeed later."""

    def __init__(self) -> None:
        super().__init__("The history cannot be reached right now; please try again shortly.")


def engine_of(where: str) -> "Engine":
    """The database at a URL or in a file, ready to be used. Raises ModelError that says what the presenter can do."""
    url = url_of(where)
    try:
        engine = sqlite(url) if url.get_backend_name() == "sqlite" else postgresql(url)
    except ImportError:
        raise ModelError(f"--history needs a driver that is not installed: {INSTALL}.") from None
    except OSError as error:
        raise ModelError(f"--history cannot be opened: {reason(error)}.") from None
    try:
        migrate(engine)
    except Exception as error:
        engine.dispose()
        raise ModelError(f"--history cannot be opened: {reason(error)}.") from None
    return engine


def url_of(where: str) -> "URL":
    """A URL, or the path of a SQLite file, as SQLAlchemy's. Raises ModelError."""
    if not all(map(find_spec, NEEDED)):
        raise ModelError(f"--history needs SQLAlchemy and Alembic: {INSTALL}.")
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where).expanduser().resolve()))
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):  # its message may hold the password
        raise ModelError(
            "--history is no URL that can be read; postgresql://user:password@host/database is one."
        ) from None
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ModelError(f"--history takes a file, a sqlite:/// or a postgresql:// URL, not {kind[:20]}.")


def sqlite(url: "URL") -> "Engine":
    """A file in WAL mode: a commit is on the disk before it returns, and what is deleted is overwritten."""
    from sqlalchemy import create_engine, event

    Path(url.database or "").touch(0o600)  # for nobody else's eyes; the files beside it take after it
    engine = create_engine(url, connect_args={"timeout": WAIT}, **pool())

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, those of the migrations included
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def emptied(connection: "Connection") -> bool:
    """Empty SQLite's log, where what was deleted still stands; whether nobody read it just now, and it was."""
    connection.commit()
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout = 0")  # those who want to write would wait as well
    try:
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(WAIT * 1000)}")
    return not busy


def postgresql(url: "URL") -> "Engine":
    """A server: a commit is in its log before it returns, and no statement waits long."""
    from sqlalchemy import create_engine

    ms = int(WAIT * 1000)
    options = f"-c synchronous_commit=on -c lock_timeout={ms} -c statement_timeout={10 * ms}"
    given = {"connect_timeout": 4, "tcp_user_timeout": 2 * ms, "options": options}
    return create_engine(url, connect_args=given, pool_pre_ping=True, **pool())


def pool() -> dict[str, Any]:
    """What both have in common. Statements' values are visitors' data: no error and no log may hold them."""
    return {
        "pool_size": CONNECTIONS,
        "max_overflow": CONNECTIONS,
        "pool_timeout": WAIT,
        "hide_parameters": True,
    }


def migrate(engine: "Engine") -> None:
    """Bring the tables up to date; of several processes one does, the others wait. Raises what the database raises."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells what it loads as it is imported
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, NEWEST)


@contextmanager
def transaction(engine: "Engine", file: tuple[int, int] | None) -> Iterator["Connection"]:
    """A transaction that is kept when the block has ended well. file: as `identity` gave it. Raises Unreachable."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        if identity(engine) != file:
            raise FileNotFoundError(0, "its file is not the one that was opened")
        with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as error:
        logging.getLogger(__name__).warning("the history cannot be reached: %s", reason(error))
        raise Unreachable from None


def identity(engine: "Engine") -> tuple[int, int] | None:
    """Which file a SQLite database is: what is written into one that was removed is lost. Raises OSError."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    found = Path(engine.url.database).stat()
    return found.st_dev, found.st_ino


def reason(error: Exception) -> str:
    """What a database says is wrong, in a short line without paths, addresses and values."""
    from alembic.util import CommandError
    from sqlalchemy.exc import TimeoutError as NoConnection

    if isinstance(error, CommandError):
        return "its tables are those of a newer version of SeeWhy"
    if isinstance(error, NoConnection):
        return "all connections are in use"
    text = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
    told = text.strip().partition("\n")[0].rstrip(".")
    return type(error).__name__ if "/" in told or "@" in told or len(told) > 120 else told or type(error).__name__
