"""How few tickets have tags, told to PostgreSQL's planner

Revision: 0032, after 0031. Tags are JSON, of which PostgreSQL knows nothing: it took nearly all tickets for
tagged ones, and read them all instead of the index of the few that are. Filled by its next ANALYZE, which the
autovacuum does by itself; costs filing nothing.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have statistics kept of the text that the index of tagged tickets compares."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE STATISTICS st_ticket_tags ON (CAST(tags AS TEXT)) FROM ticket")
