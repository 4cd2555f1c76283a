"""Who wants to hear of what, by mail and in the browser

Revision: 0030, after 0029. The version before leaves the new columns empty: what it notes meanwhile is
mailed, what was noted before is not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns."""
    op.add_column("staff", sa.Column("mail_kinds", sa.JSON(), nullable=True))
    op.add_column("staff", sa.Column("browser_kinds", sa.JSON(), nullable=True))
    op.add_column("staff", sa.Column("notified_at", MOMENT, nullable=True))
    op.add_column("notification", sa.Column("mailed_at", MOMENT, nullable=True))
    op.execute("UPDATE notification SET mailed_at = at")
    op.create_index("ix_notification_mailed_at_at", "notification", ["mailed_at", "at"])
