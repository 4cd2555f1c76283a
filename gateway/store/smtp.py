"""SMTP accounts of mailboxes as the sending processes have them, and whose turn it is at their servers.

A turn is a row: how many connections are open, and how many mails began in the last minute, is counted over
all processes. A mail whose turn has not come is put back at once; nobody waits for it.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Update, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from gateway.store.models import Delivery, Mailbox, SmtpAccount, SmtpTurn
from gateway.store.servers import FreshTokens, ServerAccount

MINUTE = timedelta(minutes=1)
REFRESH_LEASE = timedelta(minutes=2)
"""Longer than a token server has to answer; after it another process may ask."""
_PLACE_KEPT = timedelta(hours=1)
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=30)


class EnvelopeSender(StrEnum):
    """From whom the envelope says that a mail is: ours, so that bounces find back, or the mailbox itself."""

    OURS = "ours"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class OutgoingAccount(ServerAccount):
    """An account by which mail leaves; `address` is its mailbox's."""

    mailbox_id: int
    is_operators: bool
    sender: str
    max_connections: int
    mails_per_minute: int
    max_message_bytes: int
    last_error: str
    failing_since: datetime | None
    resting_until: datetime | None
    address: str

    def is_resting(self, now: datetime) -> bool:
        """Whether nobody signs in there for a while, after `last_error`."""
        return self.resting_until is not None and now < self.resting_until


_COLUMNS = tuple(
    getattr(Mailbox if field.name == "address" else SmtpAccount, field.name)
    for field in fields(OutgoingAccount)
)
_ROWS = select(*_COLUMNS).join(Mailbox, Mailbox.id == SmtpAccount.mailbox_id)


def find(db: Session, smtp_id: int) -> OutgoingAccount | None:
    """An account as it is now; None if it is gone."""
    return _found(db, _ROWS.where(SmtpAccount.id == smtp_id))


def find_of_mailbox(db: Session, account_id: int, mailbox_id: str) -> OutgoingAccount | None:
    """The account by which a mailbox sends, None where that is the installation's server."""
    mine = Mailbox.account_id == account_id, Mailbox.public_id == mailbox_id
    return _found(db, _ROWS.where(*mine))


def take_turn(
    db: Session, smtp_id: int, delivery_id: int, *, owner: str, now: datetime, until: datetime
) -> OutgoingAccount | datetime:
    """The account, in which `owner` may have a connection until then; or when to ask again.

    One that rests takes no turn: nobody connects.
    """
    # The row is held to the end of the transaction, so two processes never count at the same time.
    account = _found(db, _ROWS.where(SmtpAccount.id == smtp_id).with_for_update(of=SmtpAccount))
    if account is None:
        return now
    if account.is_resting(now):
        return account
    _forget_spent(db, smtp_id, now)
    if _others_connected(db, smtp_id, owner, now) >= account.max_connections:
        db.execute(delete(SmtpTurn).where(SmtpTurn.delivery_id == delivery_id))
        return now + _pause(db, delivery_id, now)
    begins_at = _place(db, account, delivery_id, now)
    if begins_at > now:
        return begins_at
    mine = update(SmtpTurn).where(SmtpTurn.delivery_id == delivery_id)
    db.execute(mine.values(owner=owner, begins_at=now, until=until))
    return account


def end_turn(db: Session, delivery_id: int, *, until: datetime) -> None:
    """The mail has had its turn; its process keeps the connection until then."""
    mine = update(SmtpTurn).where(SmtpTurn.delivery_id == delivery_id)
    db.execute(mine.values(delivery_id=None, until=until))


def release_owner(db: Session, owner: str, *, now: datetime) -> None:
    """A dead process has no connection any more."""
    held = update(SmtpTurn).where(SmtpTurn.owner == owner, SmtpTurn.until > now)
    db.execute(held.values(delivery_id=None, until=now))


def note_well(db: Session, account: OutgoingAccount, *, max_message_bytes: int | None, now: datetime) -> None:
    """Its server let us in; what it said about sizes, None if that is not known."""
    values: dict[str, Any] = {"last_error": "", "failing_since": None, "resting_until": None}
    if max_message_bytes is not None:
        values["max_message_bytes"] = max_message_bytes
    db.execute(_one(account.id).values(checked_at=now, **values))


def note_trouble(
    db: Session, account: OutgoingAccount, error: str, *, now: datetime, resting_until: datetime
) -> None:
    """Something is wrong with it; nothing where it has been changed meanwhile."""
    same = SmtpAccount.host == account.host, SmtpAccount.sealed_secret == account.sealed_secret
    since = func.coalesce(SmtpAccount.failing_since, now)
    noted = _one(account.id).where(*same)
    db.execute(noted.values(last_error=error, failing_since=since, resting_until=resting_until))


def begin_refresh(db: Session, smtp_id: int, *, now: datetime) -> OutgoingAccount | None:
    """The account as it is now, and the right to ask its token server; None while another has that.

    A refresh token that rotates is good once: of two processes that use it, one would lose the new one.
    """
    free = or_(SmtpAccount.refreshing_until.is_(None), SmtpAccount.refreshing_until <= now)
    taken = _one(smtp_id).where(free).values(refreshing_until=now + REFRESH_LEASE)
    if db.execute(taken.returning(SmtpAccount.id)).first() is None:
        return None
    return find(db, smtp_id)


def end_refresh(db: Session, smtp_id: int) -> None:
    """Another may ask from now on."""
    db.execute(_one(smtp_id).values(refreshing_until=None))


def note_token(db: Session, account: OutgoingAccount, fresh: FreshTokens) -> None:
    """A fresh access token and its refresh token; nothing where somebody typed another one meanwhile."""
    same = _one(account.id).where(SmtpAccount.sealed_secret == account.sealed_secret)
    db.execute(same.values(asdict(fresh)))


def forget_token(db: Session, account: OutgoingAccount) -> None:
    """The server refused this access token; another process may have a newer one by now."""
    same = _one(account.id).where(SmtpAccount.sealed_access_token == account.sealed_access_token)
    db.execute(same.values(sealed_access_token="", token_expires_at=None))


def _found(db: Session, rows: Any) -> OutgoingAccount | None:
    found = db.execute(rows).mappings().first()
    return OutgoingAccount(**found) if found else None


def _forget_spent(db: Session, smtp_id: int, now: datetime) -> None:
    """Turns that count for nothing any more, and places that nobody came for."""
    here = SmtpTurn.smtp_account_id == smtp_id, SmtpTurn.until <= now
    spent = and_(SmtpTurn.begins_at <= now - MINUTE, SmtpTurn.delivery_id.is_(None))
    db.execute(delete(SmtpTurn).where(*here, or_(spent, SmtpTurn.begins_at <= now - _PLACE_KEPT)))


def _others_connected(db: Session, smtp_id: int, owner: str, now: datetime) -> int:
    """How many other processes have a connection there; each has one at most."""
    open_ = SmtpTurn.smtp_account_id == smtp_id, SmtpTurn.until > now, SmtpTurn.owner != owner
    return db.execute(select(func.count(SmtpTurn.owner.distinct())).where(*open_)).scalar_one()


def _place(db: Session, account: OutgoingAccount, delivery_id: int, now: datetime) -> datetime:
    """When it is this mail's turn in the minute; it keeps that place until then."""
    mine = SmtpTurn.delivery_id == delivery_id
    kept = db.execute(select(SmtpTurn.begins_at).where(mine)).scalar()
    if kept is not None and kept > now:
        return kept
    place = _free_at(db, account, delivery_id, now, is_due=kept is not None)
    if kept is None:
        turn = {"account_id": account.account_id, "smtp_account_id": account.id, "delivery_id": delivery_id}
        db.execute(insert(SmtpTurn), turn | {"owner": "", "begins_at": place, "until": place})
    elif place > now:
        db.execute(update(SmtpTurn).where(mine).values(begins_at=place, until=place))
    return place


def _free_at(
    db: Session, account: OutgoingAccount, delivery_id: int, now: datetime, *, is_due: bool
) -> datetime:
    """When no more mails than are allowed will have begun in the minute before.

    Whose place has come looks at those that have begun: who waits as well does not push it further.
    """
    if not account.mails_per_minute:
        return now
    is_other = or_(SmtpTurn.delivery_id.is_(None), SmtpTurn.delivery_id != delivery_id)
    others = select(SmtpTurn.begins_at).where(SmtpTurn.smtp_account_id == account.id, is_other)
    if is_due:
        others = others.where(SmtpTurn.owner != "")
    newest = others.order_by(SmtpTurn.begins_at.desc()).offset(account.mails_per_minute - 1)
    before = db.execute(newest.limit(1)).scalar()
    return now if before is None else max(now, before + MINUTE)


def _pause(db: Session, delivery_id: int, now: datetime) -> timedelta:
    """Before it asks again for a free connection: the longer it has waited, the longer; all ask, one goes."""
    since = db.execute(select(Delivery.created_at).where(Delivery.id == delivery_id)).scalar_one()
    return min(max((now - since) / 4, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _one(smtp_id: int) -> Update:
    return update(SmtpAccount).where(SmtpAccount.id == smtp_id)
