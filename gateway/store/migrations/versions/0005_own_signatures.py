"""What staff put below their answers, in two languages

Revision: 0005, after 0004. The new columns may be missing in what the version before writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column for each language."""
    for name in ("signature_en", "signature_de"):
        op.add_column("staff", sa.Column(name, sa.Text(), nullable=False, server_default=""))
