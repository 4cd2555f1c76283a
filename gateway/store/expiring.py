"""Rows that are worth nothing after their moment: whoever looks passes them over, here they go for good."""

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from gateway.rules.invitations import KEPT
from gateway.store.models import Ceremony, HalfSignIn, Invitation, MailedLink, SignUpInvitation, table


def forget_expired(db: Session, *, now: datetime) -> int:
    """Remove them; how many.

    Invitations that nobody accepted stay for a while, so that whoever sent them sees what came of them.
    """
    gone = sum(db.connection().execute(statement, {"now": now}).rowcount for statement in _EXPIRED)
    return gone + db.connection().execute(_NEVER_ACCEPTED, {"moment": now - KEPT}).rowcount


_EXPIRED = tuple(
    delete(kept).where(kept.c.expires_at <= bindparam("now"))
    for kept in (table(Ceremony), table(HalfSignIn), table(MailedLink), table(SignUpInvitation))
)
_INVITATION = table(Invitation).c
_NEVER_ACCEPTED = delete(table(Invitation)).where(
    _INVITATION.accepted_at.is_(None), _INVITATION.expires_at <= bindparam("moment")
)
