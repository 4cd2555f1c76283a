"""The mailboxes of the whole installation that may be in trouble, and whom to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from gateway.rules.access import Role
from gateway.rules.heartbeat import Pulse
from gateway.store.models import ImapSource, Mailbox, Offer, SmtpAccount, Staff, table

_TOLD = (Role.OWNER.value, Role.ADMIN.value)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One mailbox's pulse; `alarmed_at` is when its trouble was told.

    `error` is what is wrong with its fetching, `sending_error` with its own outgoing server, both as stored.
    """

    account_id: int
    mailbox_id: int
    address: str
    pulse: Pulse
    error: str
    sending_error: str
    alarmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who is told, in which language, by whose clock."""

    email: str
    locale: str
    zone: str = ""


def are_watched(db: Session) -> bool:
    """Whether there is any mailbox that could be in trouble; cheap, to be asked before the rest."""
    return db.connection().execute(_ANY).first() is not None


def heartbeats(db: Session) -> tuple[Heartbeat, ...]:
    """Every mailbox that is watched, fails, or was told of: the others cannot be in trouble."""
    rows = db.execute(
        select(
            Mailbox,
            ImapSource.failing_since,
            ImapSource.last_error,
            SmtpAccount.failing_since,
            SmtpAccount.last_error,
            _heard_at(),
        )
        .outerjoin(ImapSource, ImapSource.mailbox_id == Mailbox.id)
        .outerjoin(SmtpAccount, SmtpAccount.mailbox_id == Mailbox.id)
        .where(_IS_WATCHED)
        .order_by(Mailbox.id)
    )
    return tuple(_heartbeat(*row) for row in rows)


def people_to_tell(db: Session, account_id: int) -> Sequence[Person]:
    """The owner and the admins, oldest first."""
    mine = Staff.account_id == account_id, Staff.role.in_(_TOLD), Staff.deactivated_at.is_(None)
    rows = db.execute(select(Staff.email, Staff.locale, Staff.zone).where(*mine).order_by(Staff.id))
    return [Person(*row) for row in rows]


_BOX, _SOURCE, _SMTP = table(Mailbox), table(ImapSource), table(SmtpAccount)
_IS_WATCHED = or_(
    _BOX.c.silence_hours > 0,
    _SOURCE.c.failing_since.is_not(None),
    _SMTP.c.failing_since.is_not(None),
    _BOX.c.alarmed_at.is_not(None),
)
_ANY = (
    select(_BOX.c.id)
    .outerjoin(_SOURCE, _SOURCE.c.mailbox_id == _BOX.c.id)
    .outerjoin(_SMTP, _SMTP.c.mailbox_id == _BOX.c.id)
    .where(_IS_WATCHED)
    .limit(1)
)


def _heard_at() -> ScalarSelect[datetime]:
    offered = select(Offer.offered_at).where(Offer.mailbox_id == Mailbox.id)
    return offered.order_by(Offer.id.desc()).limit(1).scalar_subquery()


def _heartbeat(
    mailbox: Mailbox,
    failing_since: datetime | None,
    error: str | None,
    unsent_since: datetime | None,
    sending_error: str | None,
    heard_at: datetime | None,
) -> Heartbeat:
    silence = timedelta(hours=mailbox.silence_hours) if mailbox.silence_hours else None
    return Heartbeat(
        account_id=mailbox.account_id,
        mailbox_id=mailbox.id,
        address=mailbox.address,
        pulse=Pulse(heard_at or mailbox.created_at, silence, failing_since, unsent_since),
        error=error or "",
        sending_error=sending_error or "",
        alarmed_at=mailbox.alarmed_at,
    )
