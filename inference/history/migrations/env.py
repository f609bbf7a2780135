"""Alembic runs this to bring the tables up to date, over the connection and in the transaction that it is handed."""

from alembic import context

from inference.history.schema import VERSIONS, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSIONS,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
