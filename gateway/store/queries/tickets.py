"""Read models of tickets: the list's rows and one ticket's head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.due import Goal, due_moment
from gateway.rules.priority import Priority
from gateway.rules.queue import DONE, IN_QUEUE, waiting_since
from gateway.rules.status import Status
from gateway.store import seeing
from gateway.store.models import Contact, Customer, Staff, Ticket, TicketSeen, table
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position
from gateway.store.types import MOST


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """A customer as a ticket shows it."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list.

    `queue_at` is its place as `gateway.rules.queue` has it; `wake_at` is when a sleeping one comes back.
    `is_unread` is about whoever asked. `due_place` is its place as `gateway.rules.due` has it, `due_for` what
    it owes then.
    """

    id: int
    number: int
    subject: str
    status: Status
    created_at: datetime
    updated_at: datetime
    requester_name: str
    requester_address: str
    customer: CustomerRef | None
    assignee: str | None
    tags: tuple[str, ...]
    snippet: str
    article_count: int
    attachment_count: int
    maybe_belongs_to: int | None
    follow_up_of: int | None
    folded_count: int = 0
    priority: Priority = Priority.NORMAL
    queue_at: datetime = DONE
    wake_at: datetime | None = None
    is_unread: bool = False
    due_place: datetime = DONE
    due_for: Goal | None = None
    first_answered_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it owes something, None where it owes nothing in time."""
        return due_moment(self.due_place)

    @property
    def waiting_since(self) -> datetime | None:
        """Since when an answer is due, None where nobody waits."""
        return waiting_since(self.queue_at) if self.status in IN_QUEUE else None


class Order(StrEnum):
    """What comes first: the newest activity, who waits longest, what lies untouched longest, what is due."""

    NEWEST = "newest"
    WAITING = "waiting"
    OLDEST = "oldest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets, and in which order: no statuses means all. `reader_id` is whose unread marks to show.

    Who waits longest and what is due are questions to open tickets alone: others come in no order that means
    anything.
    """

    statuses: tuple[Status, ...] = ()
    assignee_id: int | None = None
    unassigned: bool = False
    customer: str | None = None
    contact: str | None = None
    order: Order = Order.NEWEST
    reader_id: int | None = None


PAGE = 50
"""How many rows a page has unless it says otherwise."""

_BELONGS = aliased(Ticket)
_FOLLOWS = aliased(Ticket)
_Rows = Select[*tuple[Any, ...]]
_SEEN, _READER = table(TicketSeen).c, table(Staff).alias("reader").c
_READS_FROM = select(_READER.reads_from).where(_READER.id == bindparam("reader")).scalar_subquery()
_IS_UNREAD = Ticket.last_article_id > func.coalesce(_SEEN.article_id, _READS_FROM, MOST)
_ROWS: _Rows = (
    select(
        Ticket.id,
        Ticket.number,
        Ticket.subject,
        Ticket.status,
        Ticket.created_at,
        Ticket.updated_at,
        Ticket.requester_name,
        Ticket.requester_address,
        Customer.public_id,
        Customer.name,
        Staff.login,
        Ticket.tags,
        Ticket.snippet,
        Ticket.article_count,
        Ticket.attachment_count,
        _BELONGS.number,
        _FOLLOWS.number,
        Ticket.folded_count,
        Ticket.priority,
        Ticket.queue_at,
        Ticket.wake_at,
        _IS_UNREAD,
        Ticket.due_at,
        Ticket.due_for,
        Ticket.first_answered_at,
    )
    .outerjoin(Customer, Customer.id == Ticket.customer_id)
    .outerjoin(Staff, Staff.id == Ticket.assignee_id)
    .outerjoin(_BELONGS, _BELONGS.id == Ticket.maybe_belongs_to_id)
    .outerjoin(_FOLLOWS, _FOLLOWS.id == Ticket.follow_up_of_id)
    .outerjoin(TicketSeen, and_(_SEEN.ticket_id == Ticket.id, _SEEN.staff_id == bindparam("reader")))
)
_MINE = Ticket.account_id == bindparam("account")
_NAMED = select(func.coalesce(Ticket.merged_into_id, Ticket.id)).where(
    _MINE, Ticket.number == bindparam("number")
)
_ONE = seeing.Scoped(
    _ROWS.where(_MINE, Ticket.id == _NAMED.correlate(None).scalar_subquery()), within=seeing.TICKETS
)
_SOME = seeing.Scoped(
    _ROWS.where(_MINE, Ticket.number.in_(bindparam("numbers", expanding=True))), within=seeing.TICKETS
)
_BY_ID = seeing.Scoped(
    _ROWS.where(_MINE, Ticket.id.in_(bindparam("tickets", expanding=True))), within=seeing.TICKETS
)

_STATUS = {status.value: status for status in Status}
_GOAL = {goal.value: goal for goal in Goal}
_BY = {Order.WAITING: Ticket.queue_at, Order.DUE: Ticket.due_at}
_PRIORITY = {priority.value: priority for priority in Priority}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = -1


def list_tickets(
    db: Session, sight: Sight, wanted: TicketFilter, *, after: str | None = None, limit: int = PAGE
) -> Page[TicketRow]:
    """A page of tickets in their order; Invalid for a foreign cursor or a limit out of 1..200."""
    statement = _narrowed(wanted.statuses, _shape(sight, wanted, after))
    return _page(db, sight, wanted, statement, after=after, limit=limit)


def list_where(
    db: Session,
    sight: Sight,
    conditions: Sequence[ColumnElement[bool]],
    wanted: TicketFilter,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[TicketRow]:
    """A page of the tickets that are like this, too, as `list_tickets`."""
    statement = _narrowed(wanted.statuses, _shape(sight, wanted, after)).where(*conditions)
    return _page(db, sight, wanted, statement, after=after, limit=limit)


def rows_by_id(
    db: Session, sight: Sight, tickets: Sequence[int], *, reader_id: int | None = None
) -> Mapping[int, TicketRow]:
    """The rows of these tickets, of those that they see."""
    if not tickets:
        return {}
    values = seeing.values(sight) | {"tickets": list(tickets), "reader": _reader(reader_id)}
    return {row[0]: _row(*row) for row in db.connection().execute(_BY_ID.of(sight), values).all()}


def _page(
    db: Session,
    sight: Sight,
    wanted: TicketFilter,
    statement: _Rows,
    *,
    after: str | None,
    limit: int,
) -> Page[TicketRow]:
    seen = position(after) if after else Position(_NEVER, 0)
    values = seeing.values(sight) | {
        "assignee": wanted.assignee_id,
        "customer": wanted.customer,
        "contact": wanted.contact,
        "reader": _reader(wanted.reader_id),
        "seen_at": seen.at,
        "seen_id": seen.id,
        "most": check_limit(limit) + 1,
    }
    rows = [_row(*found) for found in db.connection().execute(statement, values).all()]
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(tuple(rows[:limit]), cursor(_place(last, wanted.order)) if last else None)


def get_ticket(db: Session, sight: Sight, number: int) -> TicketRow:
    """A ticket's head, or that of the one it was merged into; NotFound also for what they do not see."""
    wanted = seeing.values(sight) | {"number": min(number, MOST), "reader": _NOBODY}
    found = db.connection().execute(_ONE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return _row(*found)


def tickets_of(
    db: Session, sight: Sight, numbers: Sequence[int], *, reader_id: int | None = None
) -> tuple[TicketRow, ...]:
    """The tickets with these numbers that they see, in no order; one that was merged as it stands."""
    wanted = seeing.values(sight) | {"numbers": list(numbers), "reader": _reader(reader_id)}
    return tuple(_row(*found) for found in db.connection().execute(_SOME.of(sight), wanted))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a list has, whatever their values."""

    unassigned: bool
    assignee: bool
    customer: bool
    contact: bool
    after: bool
    within: bool
    order: Order


def _shape(sight: Sight, wanted: TicketFilter, after: str | None) -> _Shape:
    has_assignee = wanted.assignee_id is not None and not wanted.unassigned
    named = wanted.customer is not None, wanted.contact is not None
    return _Shape(wanted.unassigned, has_assignee, *named, bool(after), sight.reach is not None, wanted.order)


@lru_cache(maxsize=64)
def _narrowed(statuses: tuple[Status, ...], shape: _Shape) -> _Rows:
    """The list's statement; building it takes longer than running it, so each shape is built once."""
    statement = _ROWS.where(Ticket.account_id == bindparam("account"), Ticket.merged_into_id.is_(None))
    if shape.within:
        statement = statement.where(seeing.TICKETS)
    if statuses:
        statement = statement.where(Ticket.status.in_([s.value for s in statuses]))
    if shape.unassigned:
        statement = statement.where(Ticket.assignee_id.is_(None))
    if shape.assignee:
        statement = statement.where(Ticket.assignee_id == bindparam("assignee"))
    if shape.customer:
        statement = statement.where(Customer.public_id == bindparam("customer"))
    if shape.contact:
        statement = statement.join(Contact, Contact.id == Ticket.contact_id)
        statement = statement.where(Contact.public_id == bindparam("contact"))
    return _ordered(statement, shape).limit(bindparam("most", type_=Integer()))


def _ordered(statement: _Rows, shape: _Shape) -> _Rows:
    """In the list's order, from behind the last row of the page before."""
    by = _BY.get(shape.order, Ticket.updated_at)
    at: BindParameter[datetime] = bindparam("seen_at")
    row: BindParameter[int] = bindparam("seen_id")
    if shape.order is Order.NEWEST:
        if shape.after:
            statement = statement.where(or_(by < at, and_(by == at, Ticket.id < row)))
        return statement.order_by(by.desc(), Ticket.id.desc())
    if shape.order in _BY:
        statement = statement.where(by < DONE)
    if shape.after:
        statement = statement.where(or_(by > at, and_(by == at, Ticket.id > row)))
    return statement.order_by(by, Ticket.id)


def _place(row: TicketRow, order: Order) -> Position:
    places = {Order.WAITING: row.queue_at, Order.DUE: row.due_place}
    return Position(places.get(order, row.updated_at), row.id)


def _reader(staff_id: int | None) -> int:
    return _NOBODY if staff_id is None else staff_id


def _row(  # noqa: PLR0913, PLR0917 - a parameter a column of `_ROWS`
    row_id: int,
    number: int,
    subject: str,
    status: str,
    created_at: datetime,
    updated_at: datetime,
    name: str,
    address: str,
    customer_id: str | None,
    customer: str | None,
    assignee: str | None,
    tags: list[str],
    snippet: str,
    articles: int,
    files: int,
    belongs: int | None,
    follows: int | None,
    folded: int,
    priority: int,
    queue_at: datetime,
    wake_at: datetime | None,
    is_unread: bool,  # noqa: FBT001 - a column
    due_place: datetime,
    due_for: str,
    first_answered_at: datetime | None,
) -> TicketRow:
    return TicketRow(
        row_id,
        number,
        subject,
        _STATUS[status],
        created_at,
        updated_at,
        name,
        address,
        CustomerRef(customer_id, customer or "") if customer_id else None,
        assignee,
        tuple(tags),
        snippet,
        articles,
        files,
        belongs,
        follows,
        folded,
        _PRIORITY[priority],
        queue_at,
        wake_at,
        bool(is_unread),
        due_place,
        _GOAL.get(due_for),
        first_answered_at,
    )
