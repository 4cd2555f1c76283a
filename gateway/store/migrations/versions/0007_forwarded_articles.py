"""Which article one of ours hands on to somebody else

Revision: 0007, after 0006. The new column may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("article", sa.Column("forward_of", sa.String(length=32), nullable=False, server_default=""))
