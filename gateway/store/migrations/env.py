"""Alembic's environment: runs on the connection that `gateway.store.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection

from gateway.store.models import Record

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
