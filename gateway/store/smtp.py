"""SMTP accounts of mailboxes as the sending processes have them, and whose turn it is at their servers.

A turn is a row: how many connections are open, and how many mails began in the last minute, is counted over
all processes. A mail whose turn has not come is put back at once; nobody waits for it.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from gateway.store.models import Delivery, Mailbox, SmtpAccount, SmtpTurn, table
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


def find(db: Session, smtp_id: int) -> OutgoingAccount | None:
    """An account as it is now; None if it is gone."""
    return _found(db, _ROWS.where(_SMTP.c.id == smtp_id))


def find_of_mailbox(db: Session, account_id: int, mailbox_id: str) -> OutgoingAccount | None:
    """The account by which a mailbox sends, None where that is the installation's server."""
    return _found(db, _ROWS.where(_BOX.c.account_id == account_id, _BOX.c.public_id == mailbox_id))


def take_turn(
    db: Session, smtp_id: int, delivery_id: int, *, owner: str, now: datetime, until: datetime
) -> OutgoingAccount | datetime:
    """The account, in which `owner` may have a connection until then; or when to ask again.

    One that rests takes no turn: nobody connects.
    """
    # The row is held to the end of the transaction, so two processes never count at the same time.
    account = _found(db, _HOLD, {"smtp": smtp_id})
    if account is None:
        return now
    if account.is_resting(now):
        return account
    run = db.connection().execute
    at = {"smtp": smtp_id, "delivery": delivery_id, "owner_": owner, "now": now, "until_": until}
    run(_FORGET_SPENT, at | {"minute_ago": now - MINUTE, "long_ago": now - _PLACE_KEPT})
    if run(_OTHERS_CONNECTED, at).scalar_one() >= account.max_connections:
        forget_turn(db, delivery_id)
        return now + _pause(db, delivery_id, now)
    place = _place(db, account, delivery_id, now) if account.mails_per_minute else now
    if place > now:
        return place
    if run(_BEGIN, at).rowcount == 0:
        _add_turn(db, account, delivery_id, owner=owner, begins_at=now, until=until)
    return account


def end_turn(db: Session, delivery_id: int, *, until: datetime) -> None:
    """The mail has had its turn; its process keeps the connection until then."""
    db.connection().execute(_END, {"delivery": delivery_id, "until_": until})


def forget_turn(db: Session, delivery_id: int) -> None:
    """The mail has had no turn after all: it counts for nothing, and keeps no place."""
    db.connection().execute(_FORGET, {"delivery": delivery_id})


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


def _found(db: Session, rows: Select[Any], values: dict[str, Any] | None = None) -> OutgoingAccount | None:
    found = db.connection().execute(rows, values or {}).mappings().first()
    return OutgoingAccount(**found) if found else None


def _place(db: Session, account: OutgoingAccount, delivery_id: int, now: datetime) -> datetime:
    """When it is this mail's turn in the minute; a place that is to come is kept for it."""
    mine = _TURN.c.delivery_id == delivery_id
    kept: datetime | None = db.execute(select(_TURN.c.begins_at).where(mine)).scalar()
    if kept is not None and kept > now:
        return kept
    place = _free_at(db, account, delivery_id, now, is_due=kept is not None)
    if place > now and kept is None:
        _add_turn(db, account, delivery_id, owner="", begins_at=place, until=place)
    elif place > now:
        db.execute(update(_TURN).where(mine).values(begins_at=place, until=place))
    return place


def _free_at(
    db: Session, account: OutgoingAccount, delivery_id: int, now: datetime, *, is_due: bool
) -> datetime:
    """When no more mails than are allowed will have begun in the minute before.

    Whose place has come looks at those that have begun: who waits as well does not push it further.
    """
    is_other = or_(_TURN.c.delivery_id.is_(None), _TURN.c.delivery_id != delivery_id)
    others = select(_TURN.c.begins_at).where(_TURN.c.smtp_account_id == account.id, is_other)
    if is_due:
        others = others.where(_TURN.c.owner != "")
    newest = others.order_by(_TURN.c.begins_at.desc()).offset(account.mails_per_minute - 1)
    before = db.execute(newest.limit(1)).scalar()
    return now if before is None else max(now, before + MINUTE)


def _add_turn(
    db: Session,
    account: OutgoingAccount,
    delivery_id: int,
    *,
    owner: str,
    begins_at: datetime,
    until: datetime,
) -> None:
    turn = {"account_id": account.account_id, "smtp_account_id": account.id, "delivery_id": delivery_id}
    times = {"owner": owner, "begins_at": begins_at, "until": until}
    db.connection().execute(_INSERT, turn | times)


def _pause(db: Session, delivery_id: int, now: datetime) -> timedelta:
    """Before it asks again for a free connection: the longer it has waited, the longer; all ask, one goes."""
    since = db.execute(select(Delivery.created_at).where(Delivery.id == delivery_id)).scalar_one()
    return min(max((now - since) / 4, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _one(smtp_id: int) -> Update:
    return update(SmtpAccount).where(SmtpAccount.id == smtp_id)


# Built once: to build a statement costs more than to run it, and each mail by an account runs these.
_SMTP, _BOX, _TURN = table(SmtpAccount), table(Mailbox), table(SmtpTurn)
_COLUMNS = tuple((_BOX if one.name == "address" else _SMTP).c[one.name] for one in fields(OutgoingAccount))
_ROWS = select(*_COLUMNS).join_from(_SMTP, _BOX, _BOX.c.id == _SMTP.c.mailbox_id)
_HOLD = _ROWS.where(_SMTP.c.id == bindparam("smtp")).with_for_update(of=_SMTP)
_HERE = _TURN.c.smtp_account_id == bindparam("smtp")
_MINE = _TURN.c.delivery_id == bindparam("delivery")
_FORGET_SPENT = delete(_TURN).where(
    # Turns that count for nothing any more, and places that nobody came for.
    _HERE,
    _TURN.c.until <= bindparam("now"),
    or_(
        and_(_TURN.c.begins_at <= bindparam("minute_ago"), _TURN.c.delivery_id.is_(None)),
        _TURN.c.begins_at <= bindparam("long_ago"),
    ),
)
# Each process has one connection at most.
_OTHERS_CONNECTED = select(func.count(_TURN.c.owner.distinct())).where(
    _HERE, _TURN.c.until > bindparam("now"), _TURN.c.owner != bindparam("owner_")
)
_FORGET = delete(_TURN).where(_MINE)
_BEGIN = (
    update(_TURN)
    .where(_MINE)
    .values(owner=bindparam("owner_"), begins_at=bindparam("now"), until=bindparam("until_"))
)
_INSERT = insert(_TURN)
_END = update(_TURN).where(_MINE).values(delivery_id=None, until=bindparam("until_"))
