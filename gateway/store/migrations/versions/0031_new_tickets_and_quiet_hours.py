"""Who wants to hear of new tickets, and when of nothing

Revision: 0031, after 0030. The version before tells nobody of new tickets and knows no quiet hours. Who chose
to hear of what is due soon by mail or in the browser hears of what is overdue as before.
"""

import json

import sqlalchemy as sa
from alembic import op

from gateway.store import rowlocks

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "staff_news_group"


def upgrade() -> None:
    """Add the columns and the table; what is overdue is told apart from now on."""
    op.add_column("staff", sa.Column("new_tickets", sa.String(length=8), server_default="", nullable=False))
    op.add_column("staff", sa.Column("quiet", sa.JSON(), nullable=True))
    op.add_column(
        "account", sa.Column("tells_of_new", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _add_table()
    staff = sa.table("staff", sa.column("id"), *(sa.column(name, sa.JSON()) for name in _CHOICES))
    for row in op.get_bind().execute(sa.select(staff)).all():
        chosen = {name: _split(getattr(row, name)) for name in _CHOICES if getattr(row, name)}
        if chosen:
            op.get_bind().execute(sa.update(staff).where(staff.c.id == row.id).values(**chosen))


_CHOICES = ("mail_kinds", "browser_kinds")


def _split(kinds: list[str] | str) -> list[str]:
    found: list[str] = json.loads(kinds) if isinstance(kinds, str) else kinds
    return sorted({*found, "overdue"} if "due" in found else found)


def _add_table() -> None:
    targets = {"account_id": "account.id", "staff_id": "staff.id", "group_id": "customer_group.id"}
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in targets),
        *(
            sa.ForeignKeyConstraint([name], [of], name=op.f(f"fk_{TABLE}_{name}"), ondelete="CASCADE")
            for name, of in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("staff_id", "group_id", name=op.f(f"uq_{TABLE}_staff_id_group_id")),
    )
    for name in ("account_id", "group_id"):
        op.create_index(op.f(f"ix_{TABLE}_{name}"), TABLE, [name])
    if op.get_bind().dialect.name == "postgresql":
        rowlocks.lock(op.execute, TABLE)
