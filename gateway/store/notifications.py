"""What people are told of: written with what happened, in the same transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.notifying import Kind, NewTickets
from gateway.store import seeing
from gateway.store.holders import sees_ticket, works_here
from gateway.store.models import (
    Account,
    Article,
    CustomerGroup,
    CustomerGroupMember,
    Notification,
    Staff,
    StaffNewsGroup,
    Ticket,
    TicketFollower,
    table,
)
from gateway.store.types import UtcDateTime

KEPT = timedelta(days=30)


def put(
    db: Session,
    account_id: int,
    ticket_id: int,
    told: Mapping[int, Kind],
    *,
    article_id: int | None = None,
    now: datetime,
) -> None:
    """Tell these people, each for their reason."""
    same: dict[str, object] = {
        "account_id": account_id,
        "ticket_id": ticket_id,
        "article_id": article_id,
        "at": now,
    }
    rows = [same | {"staff_id": who, "kind": kind.value, "is_read": False} for who, kind in told.items()]
    if rows:
        db.connection().execute(_PUT, rows)


def tell_of_mail(db: Session, ticket_id: int, article_id: int, *, now: datetime) -> None:
    """Tell whose the ticket is and who follows it of a mail that came in: one statement, as filing waits."""
    db.connection().execute(_OF_MAIL, {"ticket": ticket_id, "article": article_id, "at": now})


def tell_holder(
    db: Session, ticket_id: int, kind: Kind, *, article_id: int | None = None, now: datetime
) -> None:
    """Tell whose the ticket is, if it is somebody's."""
    values = {"ticket": ticket_id, "article": article_id, "at": now, "kind": kind.value}
    db.connection().execute(_HOLDER, values)


def tell_of_new(
    db: Session, ticket_id: int, *, article_id: int | None = None, by: int | None = None, now: datetime
) -> None:
    """Tell whoever wants to hear of new tickets of this one, but for `by`, who opened it."""
    values = {"ticket": ticket_id, "article": article_id, "at": now, "by": _NOBODY if by is None else by}
    db.connection().execute(_OF_NEW, values)


def count_unread(db: Session, sight: Sight, staff_id: int | None) -> int:
    """How much somebody has not read."""
    values = seeing.values(sight) | {"reader": staff_id}
    return 0 if staff_id is None else db.connection().execute(_COUNT.of(sight), values).scalar_one()


def read_all(db: Session, account_id: int, staff_id: int) -> None:
    """They have read all."""
    db.connection().execute(_READ_ALL, {"account": account_id, "reader": staff_id})


def groups_of(db: Session, staff_id: int) -> frozenset[str]:
    """The groups, by public id, of whose new tickets somebody wants to hear."""
    return frozenset(db.connection().execute(_GROUPS, {"reader": staff_id}).scalars())


def set_groups(db: Session, account_id: int, staff_id: int, group_ids: Collection[int]) -> None:
    """Let these be the groups, and note whether anybody of the account wants to hear of new tickets."""
    db.connection().execute(_NO_GROUPS, {"reader": staff_id})
    rows = [{"account_id": account_id, "staff_id": staff_id, "group_id": one} for one in group_ids]
    if rows:
        db.connection().execute(insert(table(StaffNewsGroup)), rows)
    db.connection().execute(_TELLS_OF_NEW, {"account": account_id})


def forget(db: Session, *, now: datetime) -> int:
    """Remove what is too old to be told; how much."""
    return db.connection().execute(_FORGET, {"moment": now - KEPT}).rowcount


_N, _A, _STAFF, _TICKET = table(Notification), table(Article).c, table(Staff).c, table(Ticket).c
_FOLLOWER = table(TicketFollower).c
_PUT = insert(_N)
_IS_HOLDER = _TICKET.assignee_id == _STAFF.id


def _told(kind: ColumnElement[str], whom: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    """The rows that tell people of a ticket; nobody who does not see it."""
    return (
        select(
            _TICKET.account_id,
            _STAFF.id,
            _TICKET.id,
            bindparam("article", type_=_N.c.article_id.type),
            kind,
            false(),
            bindparam("at", type_=UtcDateTime()),
        )
        .select_from(table(Ticket))
        .join(table(Staff), _STAFF.account_id == _TICKET.account_id)
        .where(_TICKET.id == bindparam("ticket"), whom, works_here(), sees_ticket())
    )


_COLUMNS = ["account_id", "staff_id", "ticket_id", "article_id", "kind", "is_read", "at"]
_FOLLOWS = _STAFF.id.in_(
    select(_FOLLOWER.staff_id)
    .where(_FOLLOWER.ticket_id == bindparam("ticket"), ~_FOLLOWER.has_left)
    .correlate(None)
)
_OF_MAIL = insert(_N).from_select(
    _COLUMNS,
    _told(case((_IS_HOLDER, Kind.MINE.value), else_=Kind.FOLLOWED.value), or_(_IS_HOLDER, _FOLLOWS)),
)
_NEWS, _MEMBER = table(StaffNewsGroup).c, table(CustomerGroupMember).c
_OF_THEIR_GROUPS = (
    select(_NEWS.id)
    .join(table(CustomerGroupMember), _MEMBER.group_id == _NEWS.group_id)
    .where(_NEWS.staff_id == _STAFF.id, _MEMBER.customer_id == _TICKET.customer_id)
    .correlate(table(Staff), table(Ticket))
    .exists()
)
_WANTS_NEW = or_(
    _STAFF.new_tickets == NewTickets.ALL.value,
    and_(_STAFF.new_tickets == NewTickets.GROUPS.value, _OF_THEIR_GROUPS),
)
_NOBODY = -1
_GROUPS = (
    select(table(CustomerGroup).c.public_id)
    .join(table(StaffNewsGroup), _NEWS.group_id == table(CustomerGroup).c.id)
    .where(_NEWS.staff_id == bindparam("reader"))
)
_NO_GROUPS = delete(table(StaffNewsGroup)).where(_NEWS.staff_id == bindparam("reader"))
_ANYBODY = select(_STAFF.id).where(
    _STAFF.account_id == bindparam("account"), _STAFF.new_tickets != NewTickets.NONE.value
)
_TELLS_OF_NEW = (
    update(table(Account))
    .where(table(Account).c.id == bindparam("account"))
    .values(tells_of_new=_ANYBODY.exists())
)
_OF_NEW = insert(_N).from_select(
    _COLUMNS, _told(literal(Kind.NEW.value), and_(_WANTS_NEW, _STAFF.id != bindparam("by")))
)
_HOLDER = insert(_N).from_select(_COLUMNS, _told(bindparam("kind", type_=String()), _IS_HOLDER))
_OWN = _N.c.account_id == bindparam("account"), _N.c.staff_id == bindparam("reader")
_COUNT = seeing.Scoped(
    select(func.count())
    .select_from(_N)
    .join(table(Ticket), _TICKET.id == _N.c.ticket_id)
    .where(*_OWN, ~_N.c.is_read),
    within=seeing.TICKETS,
)
_READ_ALL = update(_N).where(*_OWN, ~_N.c.is_read).values(is_read=True)
_FORGET = delete(_N).where(_N.c.at <= bindparam("moment"))
