"""Telling the people of an account that something is wrong, by a mail from the installation."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.store import deliveries, holding
from gateway.store.models import Mailbox
from gateway.store.queries.heartbeats import Heartbeat, Person, people_to_tell


def find_people(db: Session, account_id: int) -> list[Person]:
    """The owner and the admins who can be reached; a mail to a mailbox of the desk would tell nobody."""
    own = set(db.execute(select(Mailbox.address).where(Mailbox.account_id == account_id)).scalars())
    return [person for person in people_to_tell(db, account_id) if person.email.lower() not in own]


def tell(db: Session, beat: Heartbeat, notices: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Owe each (address, hash of the mail's bytes) its notice, and remember that it was told."""
    _owe(db, beat.account_id, notices, now)
    _remember(db, beat.mailbox_id, now)


def tell_of_held(db: Session, account_id: int, notices: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Owe each its notice that mail of the account is held back, and remember that it was told."""
    _owe(db, account_id, notices, now)
    holding.note_told(db, account_id, now=now)


def forget(db: Session, beat: Heartbeat) -> None:
    """It is well again: the next trouble is told at once."""
    _remember(db, beat.mailbox_id, None)


def _owe(db: Session, account_id: int, notices: Iterable[tuple[str, str]], now: datetime) -> None:
    for recipient, raw_sha256 in notices:
        deliveries.queue_notice(
            db, account_id=account_id, recipient=recipient, raw_sha256=raw_sha256, now=now
        )


def _remember(db: Session, mailbox_id: int, at: datetime | None) -> None:
    db.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(alarmed_at=at))
