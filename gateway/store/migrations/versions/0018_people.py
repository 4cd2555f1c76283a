"""People: details of staff, what they see, invitations, and guests

Revision: 0018, after 0017. Every new column has a default, which the version before leaves alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables."""
    for name, kind in (
        ("salutation", sa.String(50)),
        ("postal_address", sa.Text()),
        ("company", sa.String(200)),
    ):
        op.add_column("staff", sa.Column(name, kind, server_default="", nullable=False))
    op.add_column("staff", sa.Column("sees_all", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("staff", sa.Column("away_from", MOMENT, nullable=True))
    op.add_column("staff", sa.Column("away_until", MOMENT, nullable=True))
    op.add_column("staff", sa.Column("stand_in_id", NUMBER, nullable=True))
    op.add_column("article", sa.Column("is_shared", sa.Boolean(), server_default=sa.false(), nullable=False))
    _staff_group()
    _invitation()
    _guest_notice()


def _staff_group() -> None:
    op.create_table(
        "staff_group",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        _link("staff_group", "account_id", "account"),
        _link("staff_group", "staff_id", "staff"),
        _link("staff_group", "group_id", "customer_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_group")),
        sa.UniqueConstraint("staff_id", "group_id", name=op.f("uq_staff_group_staff_id_group_id")),
    )
    _index("staff_group", "account_id", "group_id")


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sees_all", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("customer_id", NUMBER, nullable=True),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("may_note", sa.Boolean(), nullable=False),
        sa.Column("may_answer", sa.Boolean(), nullable=False),
        sa.Column("may_join", sa.Boolean(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("invited_by_id", NUMBER, nullable=True),
        sa.Column("staff_id", NUMBER, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _link("invitation", "account_id", "account"),
        _link("invitation", "ticket_id", "ticket"),
        _link("invitation", "customer_id", "customer"),
        _link("invitation", "group_id", "customer_group"),
        _link("invitation", "invited_by_id", "staff", "SET NULL"),
        _link("invitation", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    _index("invitation", "account_id", "ticket_id", "customer_id", "group_id", "staff_id")


def _guest_notice() -> None:
    op.create_table(
        "guest_notice",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        _link("guest_notice", "account_id", "account"),
        _link("guest_notice", "staff_id", "staff"),
        _link("guest_notice", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_notice")),
        sa.UniqueConstraint("staff_id", "ticket_id", name=op.f("uq_guest_notice_staff_id_ticket_id")),
    )
    _index("guest_notice", "account_id", "ticket_id")


def _link(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
