"""Accounts that demand a second factor

Revision: 0017, after 0016. A column with a default, which the version before leaves alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    demanded: sa.Column[bool] = sa.Column(
        "demands_second_factor", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("account", demanded)
