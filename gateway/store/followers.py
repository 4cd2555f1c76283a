"""Who follows a ticket: by a wish of their own, or because they took part in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Insert, bindparam, delete, literal, select
from sqlalchemy.orm import Session

from gateway.store.holders import sees_ticket, works_here
from gateway.store.models import Staff, Ticket, TicketFollower, table
from gateway.store.upsert import insert_into

_FOLLOWER, _STAFF, _TICKET = table(TicketFollower), table(Staff).c, table(Ticket).c


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who follows a ticket."""

    staff_id: int
    login: str


def join(db: Session, account_id: int, ticket_id: int, staff_id: int) -> None:
    """They took part in the ticket, so they follow it, unless they have left it."""
    _put(db, account_id, ticket_id, staff_id, _joining(db.get_bind().dialect.name), has_left=False)


def set_follows(db: Session, account_id: int, ticket_id: int, staff_id: int, *, follows: bool) -> None:
    """They follow the ticket from now on, or no more, whatever was before."""
    _put(db, account_id, ticket_id, staff_id, _setting(db.get_bind().dialect.name), has_left=not follows)


def followers_of(db: Session, account_id: int, ticket_id: int) -> Sequence[Follower]:
    """Who follows the ticket, works here and sees it, in the order in which they came."""
    rows = db.connection().execute(_FOLLOWERS, {"account": account_id, "ticket": ticket_id})
    return [Follower(staff_id, login) for staff_id, login in rows]


def choices(db: Session, ticket_id: int) -> dict[int, bool]:
    """Who follows the ticket, or (True) has left it, by key."""
    return {who: bool(left) for who, left in db.connection().execute(_CHOICES, {"ticket": ticket_id})}


def put_back(db: Session, account_id: int, ticket_id: int, before: Mapping[int, bool | None]) -> None:
    """Let these people's choices be as they were, None for none."""
    for staff_id, has_left in before.items():
        if has_left is None:
            db.connection().execute(_FORGET, {"ticket": ticket_id, "who": staff_id})
        else:
            set_follows(db, account_id, ticket_id, staff_id, follows=not has_left)


def share(db: Session, source_id: int, target_id: int) -> None:
    """Who follows one ticket follows another one, too, as far as they have not said otherwise there."""
    theirs = select(
        _FOLLOWER.c.account_id, literal(target_id), _FOLLOWER.c.staff_id, _FOLLOWER.c.has_left
    ).where(_FOLLOWER.c.ticket_id == source_id, ~_FOLLOWER.c.has_left)
    insert = insert_into(db.get_bind().dialect.name, _FOLLOWER)
    columns = ["account_id", "ticket_id", "staff_id", "has_left"]
    db.connection().execute(insert.from_select(columns, theirs).on_conflict_do_nothing())


def _put(
    db: Session, account_id: int, ticket_id: int, staff_id: int, statement: Insert, *, has_left: bool
) -> None:
    values = {"account_id": account_id, "ticket_id": ticket_id, "staff_id": staff_id, "has_left": has_left}
    db.connection().execute(statement, values)


_CHOICES = select(_FOLLOWER.c.staff_id, _FOLLOWER.c.has_left).where(
    _FOLLOWER.c.ticket_id == bindparam("ticket")
)
_FORGET = delete(_FOLLOWER).where(
    _FOLLOWER.c.ticket_id == bindparam("ticket"), _FOLLOWER.c.staff_id == bindparam("who")
)
_FOLLOWERS = (
    select(_STAFF.id, _STAFF.login)
    .join(_FOLLOWER, _FOLLOWER.c.staff_id == _STAFF.id)
    .join(table(Ticket), _TICKET.id == _FOLLOWER.c.ticket_id)
    .where(
        _FOLLOWER.c.account_id == bindparam("account"),
        _FOLLOWER.c.ticket_id == bindparam("ticket"),
        ~_FOLLOWER.c.has_left,
        works_here(),
        sees_ticket(),
    )
    .order_by(_FOLLOWER.c.id)
)


@cache
def _joining(dialect: str) -> Insert:
    return insert_into(dialect, _FOLLOWER).on_conflict_do_nothing()


@cache
def _setting(dialect: str) -> Insert:
    insert = insert_into(dialect, _FOLLOWER)
    return insert.on_conflict_do_update(
        index_elements=[_FOLLOWER.c.ticket_id, _FOLLOWER.c.staff_id],
        set_={"has_left": insert.excluded.has_left},
    )
