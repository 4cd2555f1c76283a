"""When guests were told of news, so that they get one mail about it until they have looked."""

from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.store import outbox
from gateway.store.models import GuestNotice, table
from gateway.store.queries import reaches
from gateway.store.upsert import insert_into

_TOLD = table(GuestNotice).c
_STILL = select(_TOLD.staff_id).where(
    _TOLD.account_id == bindparam("account"),
    _TOLD.ticket_id == bindparam("ticket"),
    _TOLD.told_at >= bindparam("since"),
    or_(_TOLD.seen_at.is_(None), _TOLD.seen_at < _TOLD.told_at),
)


def owe(
    db: Session,
    account_id: int,
    ticket_id: int,
    article_id: int,
    *,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Owe the guests of a ticket, if it has any, a mail about an article."""
    if reaches.guests_of(db, account_id, ticket_id, now=now):
        outbox.put(db, outbox.Topic.GUESTS, article_id, now=now, not_before=not_before)


def who_has_not_looked(db: Session, account_id: int, ticket_id: int, *, since: datetime) -> frozenset[int]:
    """The guests who were told of news in a ticket since then and have not looked."""
    wanted = {"account": account_id, "ticket": ticket_id, "since": since}
    found = db.connection().execute(_STILL, wanted)
    return frozenset(found.scalars())


def note_told(db: Session, account_id: int, staff_id: int, ticket_id: int, *, now: datetime) -> None:
    """They are being told."""
    _note(db, account_id, staff_id, ticket_id, "told_at", now)


def note_seen(db: Session, account_id: int, staff_id: int, ticket_id: int, *, now: datetime) -> None:
    """They have looked."""
    _note(db, account_id, staff_id, ticket_id, "seen_at", now)


def _note(db: Session, account_id: int, staff_id: int, ticket_id: int, what: str, at: datetime) -> None:
    values = {"account_id": account_id, "staff_id": staff_id, "ticket_id": ticket_id, what: at}
    db.connection().execute(_upsert(db.get_bind().dialect.name, what), values)


@cache
def _upsert(dialect: str, what: str) -> Insert:
    new = insert_into(dialect, table(GuestNotice))
    keys = ["staff_id", "ticket_id"]
    return new.on_conflict_do_update(index_elements=keys, set_={what: new.excluded[what]})
