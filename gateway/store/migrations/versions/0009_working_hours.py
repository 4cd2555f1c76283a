"""Working hours of mailboxes

Revision: 0009, after 0008. The new columns may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the hours, and what is said outside them."""
    op.add_column("mailbox", sa.Column("hours", sa.JSON(), nullable=True))
    op.add_column(
        "mailbox", sa.Column("answers_closed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("mailbox", sa.Column("closed_text", sa.Text(), nullable=False, server_default=""))
