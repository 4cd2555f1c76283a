"""What a report counts: read in one pass over the tickets, and from indexes over events and articles.

Built for each report: a worker counts, and to build a statement is nothing beside running it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.reporting import MOST_NAMED, QUARTER, Question
from gateway.rules.status import OPEN_STATUSES, ArticleKind, Status
from gateway.store import seeing
from gateway.store.models import (
    Article,
    Customer,
    CustomerGroup,
    CustomerGroupMember,
    Delivery,
    Mailbox,
    Staff,
    Ticket,
    TicketEvent,
    table,
)
from gateway.store.tickets import EventKind

_STEP_ROWS = 2000
_TICKET, _EVENT, _ARTICLE = table(Ticket).c, table(TicketEvent).c, table(Article).c
_OPEN = [status.value for status in OPEN_STATUSES]
_Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Lived:
    """A ticket's moments, and how much working time lay before them."""

    created_at: datetime
    closed_at: datetime | None
    first_answered_at: datetime | None
    answer_seconds: int | None
    resolution_seconds: int | None
    customer_id: int | None
    tags: list[str]
    is_spam: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """By quarters of an hour: how many more were open after it, and how many were closed."""

    changes: Mapping[int, int]
    closings: Mapping[int, int]


class Counting:
    """The statements of one question, for the tickets that somebody sees."""

    def __init__(self, db: Session, sight: Sight, question: Question) -> None:
        self._db = db
        self._values = seeing.values(sight) | {
            "group": question.group,
            "customer": question.customer,
            "mailbox": question.mailbox,
            "staff": question.staff,
        }
        self._narrow = _narrowing(sight, question)

    def tickets(self, since: datetime, until: datetime) -> Iterator[Lived]:
        """Those that came, were answered first or were closed between two moments; merged ones are none."""
        times = (_TICKET.created_at, _TICKET.first_answered_at, _TICKET.closed_at)
        touched = or_(*(and_(at >= bindparam("since"), at < bindparam("until")) for at in times))
        wanted = select(
            _TICKET.created_at,
            _TICKET.closed_at,
            _TICKET.first_answered_at,
            _TICKET.answer_seconds,
            _TICKET.resolution_seconds,
            _TICKET.customer_id,
            _TICKET.tags,
            _TICKET.status == Status.SPAM.value,
        ).where(self._mine(_TICKET.account_id), _TICKET.merged_into_id.is_(None), touched)
        values = self._values | {"since": since, "until": until}
        for row in self._streamed(self._narrowed(wanted), values):
            yield Lived(*row)

    def present(self) -> int:
        """How many tickets are open now."""
        wanted = select(func.count()).select_from(table(Ticket))
        is_open = _TICKET.status.in_(_OPEN), _TICKET.merged_into_id.is_(None)
        wanted = self._narrowed(wanted.where(self._mine(_TICKET.account_id), *is_open))
        return int(self._db.connection().execute(wanted, self._values).scalar_one())

    def moves(self, since: datetime) -> Moves:
        """What happened since a moment: tickets that came, moved, or became part of others."""
        changes: Counter[int] = Counter()
        closings: Counter[int] = Counter()
        quarter = _quarter(_TICKET.created_at)
        came = select(quarter, func.count()).where(
            self._mine(_TICKET.account_id), _TICKET.created_at >= bindparam("since")
        )
        values = self._values | {"since": since}
        for at, count in self._rows(self._narrowed(came).group_by(quarter), values):
            changes[at] += count
        for at, change, closed in self._rows(self._moved(), values):
            changes[at] += change
            closings[at] += closed
        return Moves(changes, closings)

    def incoming(self, since: datetime, until: datetime) -> Mapping[int, int]:
        """Mails of people by quarters of an hour; what machines sent, and storms, are left out."""
        quarter = _quarter(_ARTICLE.created_at)
        wanted = select(quarter, func.count()).where(
            *self._written(ArticleKind.INBOUND), _ARTICLE.auto.is_(None), ~_ARTICLE.is_folded
        )
        wanted = self._of_tickets(wanted, _ARTICLE.ticket_id).group_by(quarter)
        return dict(self._rows(wanted, self._values | {"since": since, "until": until}))

    def answers(self, since: datetime, until: datetime) -> Mapping[int | None, int]:
        """Answers by who wrote them; forwards and what was taken back are none."""
        gone = exists().where(
            table(Delivery).c.article_id == _ARTICLE.id, table(Delivery).c.state == "withdrawn"
        )
        wanted = select(_ARTICLE.staff_id, func.count()).where(
            *self._written(ArticleKind.OUTBOUND), _ARTICLE.forward_of == "", ~gone
        )
        wanted = self._of_tickets(wanted, _ARTICLE.ticket_id).group_by(_ARTICLE.staff_id)
        return dict(self._rows(wanted, self._values | {"since": since, "until": until}))

    def closed_by(self, since: datetime, until: datetime) -> Mapping[int | None, int]:
        """Closings by who closed."""
        wanted = select(_EVENT.staff_id, func.count()).where(
            self._mine(_EVENT.account_id),
            _EVENT.kind == EventKind.STATUS.value,
            _EVENT.at >= bindparam("since"),
            _EVENT.at < bindparam("until"),
            _EVENT.data["to"].as_string() == Status.CLOSED.value,
        )
        wanted = self._of_tickets(wanted, _EVENT.ticket_id).group_by(_EVENT.staff_id)
        return dict(self._rows(wanted, self._values | {"since": since, "until": until}))

    def customers(self, counts: Mapping[int, int]) -> tuple[tuple[str, str, int], ...]:
        """Public id, name and number of those with the highest counts."""
        most = dict(Counter(counts).most_common(MOST_NAMED))
        columns = table(Customer).c
        wanted = select(columns.id, columns.public_id, columns.name).where(
            self._mine(columns.account_id), columns.id.in_(most)
        )
        found = {row.id: row for row in self._rows(wanted, self._values)}
        return tuple((found[one].public_id, found[one].name, n) for one, n in most.items() if one in found)

    def people(self) -> Mapping[int, tuple[str, str, str]]:
        """Login, first and last name of everybody who has ever worked in the account."""
        columns = table(Staff).c
        wanted = select(columns.id, columns.login, columns.first_name, columns.last_name)
        rows = self._rows(wanted.where(self._mine(columns.account_id)), self._values)
        return {row.id: (row.login, row.first_name, row.last_name) for row in rows}

    def _moved(self) -> _Statement:
        quarter = _quarter(_EVENT.at)
        told = {name: _EVENT.data[name].as_string() for name in ("from", "to", "status")}
        is_move = _EVENT.kind == EventKind.STATUS.value
        left = or_(
            and_(is_move, told["from"].in_(_OPEN), told["to"].not_in(_OPEN)),
            and_(_EVENT.kind == EventKind.MERGED.value, told["status"].in_(_OPEN)),
        )
        came_back = and_(is_move, told["from"].not_in(_OPEN), told["to"].in_(_OPEN))
        closed = and_(is_move, told["to"] == Status.CLOSED.value)
        wanted = select(
            quarter,
            func.sum(case((left, -1), (came_back, 1), else_=0)),
            func.sum(case((closed, 1), else_=0)),
        ).where(
            self._mine(_EVENT.account_id),
            _EVENT.kind.in_([EventKind.STATUS.value, EventKind.MERGED.value]),
            _EVENT.at >= bindparam("since"),
        )
        return self._of_tickets(wanted, _EVENT.ticket_id).group_by(quarter)

    def _written(self, kind: ArticleKind) -> tuple[ColumnElement[bool], ...]:
        return (
            self._mine(_ARTICLE.account_id),
            _ARTICLE.created_at >= bindparam("since"),
            _ARTICLE.created_at < bindparam("until"),
            _ARTICLE.kind == kind.value,
        )

    def _narrowed(self, wanted: _Statement) -> _Statement:
        return wanted.where(*self._narrow)

    def _of_tickets(self, wanted: _Statement, ticket_id: ColumnElement[int]) -> _Statement:
        if not self._narrow:
            return wanted
        return wanted.join(table(Ticket), _TICKET.id == ticket_id).where(*self._narrow)

    @staticmethod
    def _mine(account_id: ColumnElement[int]) -> ColumnElement[bool]:
        return account_id == bindparam("account")

    def _rows(self, wanted: _Statement, values: Mapping[str, Any]) -> list[Any]:
        return list(self._db.connection().execute(wanted, values))

    def _streamed(self, wanted: _Statement, values: Mapping[str, Any]) -> Iterator[Any]:
        streaming = self._db.connection().execution_options(yield_per=_STEP_ROWS)
        yield from streaming.execute(wanted, values)


def _narrowing(sight: Sight, question: Question) -> list[ColumnElement[bool]]:
    """Which tickets alone count."""
    found: list[ColumnElement[bool]] = []
    if sight.reach is not None:
        found.append(seeing.TICKETS)
    if question.customer:
        found.append(_TICKET.customer_id.in_(_keys(table(Customer), "public_id", "customer")))
    if question.mailbox:
        found.append(_TICKET.mailbox_id.in_(_keys(table(Mailbox), "public_id", "mailbox")))
    if question.staff:
        found.append(_TICKET.assignee_id.in_(_keys(table(Staff), "login", "staff")))
    if question.group:
        groups = _keys(table(CustomerGroup), "public_id", "group")
        members = table(CustomerGroupMember).c
        inside = select(members.customer_id).where(members.group_id.in_(groups))
        found.append(_TICKET.customer_id.in_(inside))
    return found


def _keys(of: Any, column: str, name: str) -> _Statement:
    return select(of.c.id).where(of.c.account_id == bindparam("account"), of.c[column] == bindparam(name))


def _quarter(moment: ColumnElement[datetime]) -> ColumnElement[int]:
    """The quarter of an hour since 1970 in which a moment is; PostgreSQL rounds to whole seconds before."""
    return cast(extract("epoch", moment), BigInteger) // QUARTER
