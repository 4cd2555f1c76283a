"""What people did about deliveries that failed

Revision: 0003, after 0002. The new column may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and put it at the end of the index that finds failed ones."""
    op.add_column("delivery", sa.Column("settled", sa.String(length=20), nullable=False, server_default=""))
    op.create_index("ix_delivery_settled", "delivery", ["account_id", "state", "settled"], unique=False)
    op.drop_index("ix_delivery_state", table_name="delivery")
