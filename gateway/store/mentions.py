"""Whom notes call, and whether they have seen it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.holders import sees_ticket, works_here
from gateway.store.models import Article, Mention, Staff, Ticket, table


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here; a note can call them if they see its ticket."""

    staff_id: int
    sees_it: bool


def colleagues(db: Session, account_id: int, ticket_id: int) -> Mapping[str, Colleague]:
    """Everybody who works here, by login."""
    rows = db.connection().execute(_COLLEAGUES, {"account": account_id, "ticket": ticket_id})
    return {row.login: Colleague(row.id, bool(row.sees_it)) for row in rows}


def put(db: Session, account_id: int, article_id: int, staff_ids: list[int]) -> None:
    """A note calls these people."""
    called = {"account_id": account_id, "article_id": article_id, "is_seen": False}
    rows = [called | {"staff_id": staff_id} for staff_id in staff_ids]
    db.connection().execute(_PUT, rows)


def count_unseen(db: Session, sight: Sight, staff_id: int | None) -> int:
    """How many notes call somebody that they have not seen."""
    values = seeing.values(sight) | {"reader": staff_id}
    return 0 if staff_id is None else db.connection().execute(_COUNT.of(sight), values).scalar_one()


_M, _A, _STAFF, _TICKET = table(Mention).c, table(Article).c, table(Staff).c, table(Ticket).c
_COLLEAGUES = (
    select(_STAFF.id, _STAFF.login, sees_ticket().label("sees_it"))
    .select_from(table(Staff))
    .join(table(Ticket), _TICKET.account_id == _STAFF.account_id)
    .where(_STAFF.account_id == bindparam("account"), _TICKET.id == bindparam("ticket"), works_here())
)
_PUT = insert(table(Mention))
_COUNT = seeing.Scoped(
    select(func.count())
    .select_from(table(Mention))
    .join(table(Article), _A.id == _M.article_id)
    .join(table(Ticket), _TICKET.id == _A.ticket_id)
    .where(_M.account_id == bindparam("account"), _M.staff_id == bindparam("reader"), ~_M.is_seen),
    within=seeing.TICKETS,
)
