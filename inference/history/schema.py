"""The tables of the history, for SQLAlchemy Core. Imported late: SQLAlchemy comes with the extra `history`.

What a migration makes is held to these by a test. Texts of visitors are JSON, which both databases take.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, LargeBinary, MetaData, String, Table, Text

VERSIONS = "seewhy_version"
"""The table in which Alembic notes how far the tables have come."""

metadata = MetaData()

answers = Table(
    "seewhy_answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("time", BigInteger, nullable=False),  # milliseconds since 1970, UTC
    Column("model", String(200), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("inputs", Text),
    Column("prediction", Text, nullable=False),
    Column("decision", Text),
    Column("ms", Float, nullable=False),
    Column("verdict", String(16)),
    Column("truth", Text),
    Column("agreed", Boolean),
    Column("size", BigInteger, nullable=False, server_default="0"),  # bytes, about
    Index("seewhy_answers_by_model", "model", "time"),
    Index("seewhy_answers_by_time", "time", "size"),  # the sum of the sizes is read from it alone
)

salts = Table(
    "seewhy_salts",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
)
