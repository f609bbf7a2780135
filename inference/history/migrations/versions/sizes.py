"""The second version: how many bytes an answer takes, so that all of them together can be bounded."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

SIZES = """
UPDATE seewhy_answers SET size = 500 + length(prediction)
+ coalesce(length(inputs), 0) + coalesce(length(decision), 0) + coalesce(length(truth), 0)
"""


def upgrade() -> None:
    """Note it of those that are kept."""
    op.add_column("seewhy_answers", sa.Column("size", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(SIZES)
    op.drop_index("seewhy_answers_by_time", "seewhy_answers")
    op.create_index("seewhy_answers_by_time", "seewhy_answers", ["time", "size"])


def downgrade() -> None:
    """Forget it."""
    op.drop_index("seewhy_answers_by_time", "seewhy_answers")
    op.create_index("seewhy_answers_by_time", "seewhy_answers", ["time"])
    op.drop_column("seewhy_answers", "size")
