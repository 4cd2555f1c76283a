"""How many mails a sender has brought in a stretch of time, counted in the transaction that files them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from gateway.rules.storms import WINDOW, Counts
from gateway.store.models import SenderTally, Ticket, table
from gateway.store.upsert import insert_into

MOST_FOLDED = 500
"""So many mails of a storm fold into one ticket; then another one is opened for the next."""
_MAX_ADDRESS = 320


@dataclass(frozen=True, slots=True)
class Tally:
    """A sender's counts, and the ticket into which its storm folds, if it has one."""

    counts: Counts
    ticket_id: int | None


def count_one(db: Session, account_id: int, address: str, *, window_at: datetime) -> Tally:
    """Count one more mail of an address (as compared, case-folded); the counts with this one.

    Others that count the same sender wait for this transaction's end.
    """
    values = _values(account_id, address, window_at)
    return _tally(db.connection().execute(_count(db.get_bind().dialect.name), values).one())


def look(db: Session, account_id: int, address: str, *, window_at: datetime) -> Tally:
    """The counts as they stand, as if one more mail were counted; nothing is written."""
    found = db.connection().execute(_LOOK, _values(account_id, address, window_at)).one()
    return _tally(found)


def fold_into(db: Session, account_id: int, address: str, ticket_id: int, *, window_at: datetime) -> None:
    """Remember the ticket that takes the sender's further mails of this window."""
    db.connection().execute(_FOLD, _values(account_id, address, window_at) | {"ticket": ticket_id})


def takes_more(db: Session, account_id: int, ticket_id: int) -> bool:
    """Whether a ticket has room for further mails of a storm: no page shows thousands."""
    values = {"account": account_id, "ticket": ticket_id}
    return db.connection().execute(_HAS_ROOM, values).first() is not None


def newest_ticket(db: Session, account_id: int, contact_id: int, *, since: datetime) -> int | None:
    """The newest ticket that a contact opened since a moment and that takes more."""
    values = {"account": account_id, "contact": contact_id, "since": since}
    return db.connection().execute(_NEWEST, values).scalar()


def forget_before(db: Session, moment: datetime) -> int:
    """Remove the tallies of windows that began before a moment; how many."""
    return db.connection().execute(_FORGET, {"moment": moment}).rowcount


def _values(account_id: int, address: str, window_at: datetime) -> dict[str, object]:
    before = window_at - WINDOW
    return {"account": account_id, "who": address[:_MAX_ADDRESS], "at": window_at, "before": before}


def _tally(row: Row[*tuple[Any, ...]]) -> Tally:
    present, ticket_id, previous, previous_ticket_id = row
    return Tally(Counts(present, previous or 0), ticket_id or previous_ticket_id)


_TALLY = table(SenderTally)
_BEFORE = _TALLY.alias("before")
_IS_BEFORE = (
    _BEFORE.c.account_id == bindparam("account"),
    _BEFORE.c.address == bindparam("who"),
    _BEFORE.c.window_at == bindparam("before"),
)
_PREVIOUS = select(_BEFORE.c.mails).where(*_IS_BEFORE).scalar_subquery()
_PREVIOUS_TICKET = select(_BEFORE.c.ticket_id).where(*_IS_BEFORE).scalar_subquery()
_NOW = (
    _TALLY.c.account_id == bindparam("account"),
    _TALLY.c.address == bindparam("who"),
    _TALLY.c.window_at == bindparam("at"),
)
_NEW = {
    "account_id": bindparam("account"),
    "address": bindparam("who"),
    "window_at": bindparam("at"),
    "mails": 1,
}
_KEY = ["account_id", "address", "window_at"]
_ONE_MORE = {"mails": _TALLY.c.mails + 1}
_TOLD = (_TALLY.c.mails, _TALLY.c.ticket_id, _PREVIOUS, _PREVIOUS_TICKET)
_LOOK = select(
    func.coalesce(select(_TALLY.c.mails).where(*_NOW).scalar_subquery(), 0) + 1,
    select(_TALLY.c.ticket_id).where(*_NOW).scalar_subquery(),
    _PREVIOUS,
    _PREVIOUS_TICKET,
)
_FOLD = update(_TALLY).where(*_NOW).values(ticket_id=bindparam("ticket"))
_TICKET = table(Ticket).c
_NEWEST = (
    select(_TICKET.id)
    .where(
        _TICKET.account_id == bindparam("account"),
        _TICKET.contact_id == bindparam("contact"),
        _TICKET.created_at >= bindparam("since"),
        _TICKET.folded_count < MOST_FOLDED,
    )
    .order_by(_TICKET.id.desc())
    .limit(1)
)
_HAS_ROOM = select(_TICKET.id).where(
    _TICKET.account_id == bindparam("account"),
    _TICKET.id == bindparam("ticket"),
    _TICKET.folded_count < MOST_FOLDED,
)
_FORGET = delete(_TALLY).where(_TALLY.c.window_at < bindparam("moment"))


@cache
def _count(dialect: str) -> ReturningInsert[tuple[Any, ...]]:
    insert = insert_into(dialect, _TALLY).values(_NEW)
    return insert.on_conflict_do_update(index_elements=_KEY, set_=_ONE_MORE).returning(*_TOLD)
