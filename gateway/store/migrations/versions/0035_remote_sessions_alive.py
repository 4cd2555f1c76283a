"""Until when a relay has said that it holds a remote session

Revision: 0035, after 0034. The version before notes nothing: its sessions end by their time, as they did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("remote_session", sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True))
