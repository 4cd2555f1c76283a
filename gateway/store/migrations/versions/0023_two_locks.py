"""Row-level security on every table that holds an account's rows

Revision: 0023, after 0022. The version before says nothing of accounts to the database, and sees all.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the policies on; SQLite has none."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    known = sa.inspect(connection)
    tables = known.get_table_names()
    with_account = [
        table for table in tables if "account_id" in {column["name"] for column in known.get_columns(table)}
    ]
    for table in sorted({*with_account, *rowlocks.OTHERS} & {*tables}):
        rowlocks.lock(op.execute, table)
