"""How long an account keeps what is over, accounts that end, and whom their erasure is certified to

Revision: 0040, after 0039. The version before keeps everything, and takes an account that ends for suspended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table, which knows no account."""
    for name in ("closed", "spam", "quarantined", "remote"):
        op.add_column("account", sa.Column(f"keep_{name}_days", NUMBER, nullable=False, server_default="0"))
    for name in ("retained_at", "terminates_at", "terminated_at"):
        op.add_column("account", sa.Column(name, MOMENT, nullable=True))
    op.create_table(
        "farewell",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("erasure_public_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewell")),
    )
