"""Both databases, each test with an empty one of its own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from sqlalchemy import create_engine, text


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.serving() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What --history is given."""
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    running: postgres.Server = request.getfixturevalue("server")
    return database(running)


def database(running: postgres.Server) -> str:
    """The URL of an empty database of a server."""
    name = f"h{secrets.token_hex(6)}"
    engine = create_engine(running.url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return running.url.replace("/postgres?", f"/{name}?")
