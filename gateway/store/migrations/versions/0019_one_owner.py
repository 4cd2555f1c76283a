"""One owner an account

Revision: 0019, after 0018. Two hand-overs at once must not leave two owners: the database says no.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    is_owner = sa.text("role = 'owner'")
    op.create_index(
        "ix_staff_owner",
        "staff",
        ["account_id"],
        unique=True,
        sqlite_where=is_owner,
        postgresql_where=is_owner,
    )
