"""Somebody with the database in their hands, whom its triggers do not hold."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_OPEN = {
    "sqlite": ("DROP TRIGGER audit_entry_unchanged", "DROP TRIGGER audit_entry_kept"),
    "postgresql": ("ALTER TABLE audit_entry DISABLE TRIGGER USER",),
}


def open_audit_log(db: Session) -> None:
    """Take away what keeps the audit log as it is."""
    for statement in _OPEN[db.get_bind().dialect.name]:
        db.execute(text(statement))
