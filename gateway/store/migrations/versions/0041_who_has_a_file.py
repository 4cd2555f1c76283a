"""Indexes by which is found who has a file: whose key it lies under is asked by its name

Revision: 0041, after 0040. The version before does without.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_INDEXES = (("delivery", "raw_sha256"), ("attachment", "preview_sha256"))


def upgrade() -> None:
    """Add them."""
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop them."""
    for table, column in _INDEXES:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
