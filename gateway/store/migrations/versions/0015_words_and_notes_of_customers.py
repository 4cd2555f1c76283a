"""Notes on customers and contacts, and the words by which they are found

Revision: 0015, after 0014. The new columns may be missing in what the version before writes; what it adds
meanwhile is found by its words once it is changed.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from gateway.rules.folding import normalise

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    """Add the columns, and the words of whoever is there."""
    for name in ("customer", "contact"):
        op.add_column(name, sa.Column("note", sa.Text(), nullable=False, server_default=""))
        op.add_column(name, sa.Column("words", sa.Text(), nullable=False, server_default=""))
    _fill("customer", "customer_domain", "domain")
    _fill("contact", "contact_address", "address")


def _fill(table: str, parts: str, part: str) -> None:
    found: dict[int, list[str]] = defaultdict(list)
    connection = op.get_bind()
    names = sa.table(table, sa.column("id"), sa.column("name"), sa.column("words"))
    theirs = sa.table(parts, sa.column(f"{table}_id"), sa.column(part), sa.column("id"))
    for row_id, name in connection.execute(sa.select(names.c.id, names.c.name)):
        found[row_id].append(name)
    for row_id, one in connection.execute(
        sa.select(theirs.c[f"{table}_id"], theirs.c[part]).order_by(theirs.c.id)
    ):
        found[row_id].append(one)
    keep = sa.update(names).where(names.c.id == sa.bindparam("row")).values(words=sa.bindparam("found"))
    rows = [{"row": row_id, "found": normalise(" ".join(texts))} for row_id, texts in found.items()]
    for start in range(0, len(rows), _BATCH):
        connection.execute(keep, rows[start : start + _BATCH])
