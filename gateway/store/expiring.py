"""Rows that are worth nothing after their moment: whoever looks passes them over, here they go for good."""

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from gateway.rules.invitations import KEPT
from gateway.rules.undoing import UNDONE_WITHIN
from gateway.store import deletionrequests, idempotency, notifications
from gateway.store.models import (
    Act,
    Ceremony,
    Export,
    HalfSignIn,
    IdempotencyKey,
    Invitation,
    MailedLink,
    RemoteEnrolCode,
    RemotePass,
    SignUpInvitation,
    WebSession,
    table,
)


def forget_expired(db: Session, *, now: datetime) -> int:
    """Remove them; how many.

    Invitations that nobody accepted stay for a while, so that whoever sent them sees what came of them.
    """
    gone = sum(db.connection().execute(statement, {"now": now}).rowcount for statement in _EXPIRED)
    gone += db.connection().execute(_TOO_LATE, {"moment": now - UNDONE_WITHIN}).rowcount
    gone += db.connection().execute(_REPEATED, {"moment": now - idempotency.KEPT}).rowcount
    gone += notifications.forget(db, now=now)
    gone += deletionrequests.forget_orphans(db)
    return gone + db.connection().execute(_NEVER_ACCEPTED, {"moment": now - KEPT}).rowcount


_WITH_AN_END = (
    Ceremony,
    Export,
    HalfSignIn,
    MailedLink,
    RemoteEnrolCode,
    RemotePass,
    SignUpInvitation,
    WebSession,
)
_EXPIRED = tuple(
    delete(kept).where(kept.c.expires_at <= bindparam("now")) for kept in map(table, _WITH_AN_END)
)
_REPEATED = delete(table(IdempotencyKey)).where(table(IdempotencyKey).c.created_at < bindparam("moment"))
_TOO_LATE = delete(table(Act)).where(table(Act).c.at <= bindparam("moment"))
_INVITATION = table(Invitation).c
_NEVER_ACCEPTED = delete(table(Invitation)).where(
    _INVITATION.accepted_at.is_(None), _INVITATION.expires_at <= bindparam("moment")
)
