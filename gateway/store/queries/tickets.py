"""Read models of tickets: the list's rows and one ticket's head."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.status import OPEN_STATUSES, Status
from gateway.store import search, seeing
from gateway.store.failures import failed_count
from gateway.store.models import Contact, Customer, Staff, Ticket
from gateway.store.quarantine import waiting_count
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position
from gateway.store.types import MOST


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """A customer as a ticket shows it."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list."""

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


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets: no statuses means all, `mine` and `unassigned` look at the assignee."""

    statuses: tuple[Status, ...] = ()
    query: str = ""
    assignee_id: int | None = None
    unassigned: bool = False
    customer: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tickets the views of the rail hold, how many mails wait in quarantine and did not arrive."""

    mine: int
    unassigned: int
    open: int
    pending: int
    held: int = 0
    failed: int = 0


_BELONGS = aliased(Ticket)
_FOLLOWS = aliased(Ticket)
_Rows = Select[*tuple[Any, ...]]
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
    )
    .outerjoin(Customer, Customer.id == Ticket.customer_id)
    .outerjoin(Staff, Staff.id == Ticket.assignee_id)
    .outerjoin(_BELONGS, _BELONGS.id == Ticket.maybe_belongs_to_id)
    .outerjoin(_FOLLOWS, _FOLLOWS.id == Ticket.follow_up_of_id)
)
_MINE = Ticket.account_id == bindparam("account")
_NAMED = select(func.coalesce(Ticket.merged_into_id, Ticket.id)).where(
    _MINE, Ticket.number == bindparam("number")
)
_ONE = seeing.Scoped(
    _ROWS.where(_MINE, Ticket.id == _NAMED.correlate(None).scalar_subquery()), within=seeing.TICKETS
)

_HELD, _FAILED = "held", "failed"
_OPEN = (
    select(Ticket.status, Ticket.assignee_id, func.count())
    .where(Ticket.account_id == bindparam("account"))
    .where(Ticket.status.in_([status.value for status in OPEN_STATUSES]))
    .group_by(Ticket.status, Ticket.assignee_id)
)
_COUNTS = union_all(
    _OPEN,
    select(literal(_HELD), cast(null(), Ticket.assignee_id.type), waiting_count()),
    select(literal(_FAILED), cast(null(), Ticket.assignee_id.type), failed_count()),
)
_COUNTS_WITHIN = union_all(
    _OPEN.where(seeing.TICKETS),
    select(literal(_FAILED), cast(null(), Ticket.assignee_id.type), failed_count(seeing.TICKETS)),
)
_STATUS = {status.value: status for status in Status}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def list_tickets(
    db: Session, sight: Sight, wanted: TicketFilter, *, after: str | None = None, limit: int = 50
) -> Page[TicketRow]:
    """A page of tickets, newest activity first; Invalid for a foreign cursor or a limit out of 1..200."""
    statement = _narrowed(wanted.statuses, _shape(sight, wanted, after))
    if wanted.query.strip():
        hits = search.matching_tickets(db, sight, wanted.query)
        if hits is None:
            return Page((), None)
        statement = statement.where(Ticket.id.in_(hits))
    seen = position(after) if after else Position(_NEVER, 0)
    values = seeing.values(sight) | {
        "assignee": wanted.assignee_id,
        "customer": wanted.customer,
        "contact": wanted.contact,
        "seen_at": seen.at,
        "seen_id": seen.id,
        "most": check_limit(limit) + 1,
    }
    rows = [_row(*found) for found in db.connection().execute(statement, values).all()]
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(tuple(rows[:limit]), cursor(Position(last.updated_at, last.id)) if last else None)


def get_ticket(db: Session, sight: Sight, number: int) -> TicketRow:
    """A ticket's head, or that of the one it was merged into; NotFound also for what they do not see."""
    wanted = seeing.values(sight) | {"number": min(number, MOST)}
    found = db.connection().execute(_ONE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return _row(*found)


def count_views(db: Session, sight: Sight, staff_id: int | None) -> Counts:
    """The rail's numbers, in one statement: a pass over the open tickets' index, and two over what waits.

    Quarantine belongs to no ticket yet, so only who sees all has a number of it.
    """
    statement = _COUNTS if sight.reach is None else _COUNTS_WITHIN
    rows = db.connection().execute(statement, seeing.values(sight)).all()
    working = [(who, count) for status, who, count in rows if status not in (Status.PENDING, _HELD, _FAILED)]
    return Counts(
        mine=sum(count for who, count in working if staff_id is not None and who == staff_id),
        unassigned=sum(count for who, count in working if who is None),
        open=sum(count for _, count in working),
        pending=sum(count for status, _, count in rows if status == Status.PENDING),
        held=sum(count for status, _, count in rows if status == _HELD),
        failed=sum(count for status, _, count in rows if status == _FAILED),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a list has, whatever their values."""

    unassigned: bool
    assignee: bool
    customer: bool
    contact: bool
    after: bool
    within: bool


def _shape(sight: Sight, wanted: TicketFilter, after: str | None) -> _Shape:
    has_assignee = wanted.assignee_id is not None and not wanted.unassigned
    named = wanted.customer is not None, wanted.contact is not None
    return _Shape(wanted.unassigned, has_assignee, *named, bool(after), sight.reach is not None)


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
    if shape.after:
        older = and_(Ticket.updated_at == bindparam("seen_at"), Ticket.id < bindparam("seen_id"))
        statement = statement.where(or_(Ticket.updated_at < bindparam("seen_at"), older))
    newest = statement.order_by(Ticket.updated_at.desc(), Ticket.id.desc())
    return newest.limit(bindparam("most", type_=Integer()))


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
    )
