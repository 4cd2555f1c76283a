"""Rows that are worth nothing after their moment: whoever looks passes them over, here they go for good."""

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from gateway.store.models import Ceremony, HalfSignIn, MailedLink, SignUpInvitation, table


def forget_expired(db: Session, *, now: datetime) -> int:
    """Remove them; how many."""
    return sum(db.connection().execute(statement, {"now": now}).rowcount for statement in _EXPIRED)


_EXPIRED = tuple(
    delete(kept).where(kept.c.expires_at <= bindparam("now"))
    for kept in (table(Ceremony), table(HalfSignIn), table(MailedLink), table(SignUpInvitation))
)
