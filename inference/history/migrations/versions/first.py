"""The first version: answers with what was said of them, and the salt of their digests."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "seewhy_answers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("inputs", sa.Text),
        sa.Column("prediction", sa.Text, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("ms", sa.Float, nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("truth", sa.Text),
        sa.Column("agreed", sa.Boolean),
    )
    op.create_index("seewhy_answers_by_model", "seewhy_answers", ["model", "time"])
    op.create_index("seewhy_answers_by_time", "seewhy_answers", ["time"])
    op.create_table(
        "seewhy_salts",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them with all that is in them."""
    op.drop_table("seewhy_salts")
    op.drop_table("seewhy_answers")
