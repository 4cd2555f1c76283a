"""How the mailboxes of an account fare: the heartbeat of each, with its troubles in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.heartbeat import Pulse
from gateway.store.imap import SourceState
from gateway.store.models import ImapSource, Mailbox, Offer, SmtpAccount
from gateway.store.troublewords import PREFIX, words_for


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A mailbox: when its last mail was offered, and how its IMAP account fares, if it has one (`imap`).

    `error` is in words of the present language, "" while all is well; `error_code` is for programs.
    `sending_error` likewise says what is wrong with its own outgoing server.
    `pulse` is what its health is judged by; `token_expires_at` belongs to OAuth alone.
    """

    public_id: str
    address: str
    last_mail_at: datetime | None
    imap: SourceState | None
    checked_at: datetime | None
    error: str
    error_code: str
    pulse: Pulse
    token_expires_at: datetime | None
    sending_error: str = ""


def list_heartbeats(db: Session, account_id: int) -> tuple[Heartbeat, ...]:
    """All mailboxes of the account, oldest first."""
    newest = (
        select(Offer.mailbox_id, func.max(Offer.id).label("offer_id"))
        .where(Offer.mailbox_id.in_(select(Mailbox.id).where(Mailbox.account_id == account_id)))
        .group_by(Offer.mailbox_id)
        .subquery()
    )
    rows = (
        select(
            Mailbox.public_id,
            Mailbox.address,
            Mailbox.created_at,
            Mailbox.silence_hours,
            Offer.offered_at,
            ImapSource.state,
            ImapSource.checked_at,
            ImapSource.last_error,
            ImapSource.failing_since,
            ImapSource.token_expires_at,
            SmtpAccount.last_error,
        )
        .outerjoin(newest, newest.c.mailbox_id == Mailbox.id)
        .outerjoin(Offer, Offer.id == newest.c.offer_id)
        .outerjoin(ImapSource, ImapSource.mailbox_id == Mailbox.id)
        .outerjoin(SmtpAccount, SmtpAccount.mailbox_id == Mailbox.id)
        .where(Mailbox.account_id == account_id)
        .order_by(Mailbox.id)
    )
    return tuple(_heartbeat(*row) for row in db.execute(rows))


def get_heartbeat(db: Session, account_id: int, public_id: str) -> Heartbeat:
    """One mailbox; NotFound for another account's."""
    found = (beat for beat in list_heartbeats(db, account_id) if beat.public_id == public_id)
    beat = next(found, None)
    if beat is None:
        raise NotFound("There is no such mailbox.")
    return beat


def _heartbeat(
    public_id: str,
    address: str,
    created_at: datetime,
    silence_hours: int,
    last_mail_at: datetime | None,
    state: str | None,
    checked_at: datetime | None,
    *trouble: str | datetime | None,
) -> Heartbeat:
    last_error, failing_since, token_expires_at, sending_error = trouble
    said = str(last_error or "")
    failing = failing_since if isinstance(failing_since, datetime) else None
    silence = timedelta(hours=silence_hours) if silence_hours else None
    return Heartbeat(
        public_id=public_id,
        address=address,
        last_mail_at=last_mail_at,
        imap=SourceState(state) if state else None,
        checked_at=checked_at,
        error=words_for(said) if said else "",
        error_code=said.partition(PREFIX)[0],
        pulse=Pulse(last_mail_at or created_at, silence, failing),
        token_expires_at=token_expires_at if isinstance(token_expires_at, datetime) else None,
        sending_error=words_for(str(sending_error)) if sending_error else "",
    )
