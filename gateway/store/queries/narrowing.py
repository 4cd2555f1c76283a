"""The filters of a search as conditions of tickets."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, literal_column, not_, or_, select
from sqlalchemy.orm import Session

from gateway.rules.folding import normalise
from gateway.rules.priority import Priority
from gateway.rules.searching import Key, Query, Term, span
from gateway.rules.status import Status
from gateway.store import search
from gateway.store.models import (
    Article,
    Customer,
    CustomerGroup,
    CustomerGroupMember,
    Mailbox,
    Mention,
    Staff,
    Ticket,
    TicketSeen,
    table,
)
from gateway.store.queries.hits import Span
from gateway.store.types import MOST

_TICKET, _CUSTOMER, _STAFF = table(Ticket).c, table(Customer).c, table(Staff).c
_SEEN = table(TicketSeen).c
_ARTICLE, _MENTION = table(Article).c, table(Mention).c
_GROUP, _MEMBER, _MAILBOX = table(CustomerGroup).c, table(CustomerGroupMember).c, table(Mailbox).c
NARROW = frozenset({Key.NUMBER, Key.CUSTOMER, Key.GROUP, Key.ASSIGNEE})
"""Filters that an index leads to few tickets with, perhaps."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who searches, for "mine" and "today"; without a zone days are the server's."""

    staff_id: int | None
    at: datetime
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    db: Session
    account_id: int
    viewer: Viewer


def conditions(db: Session, account_id: int, query: Query, viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """What tickets have to be like; days count here only where no word is looked for."""
    asked = _Asked(db, account_id, viewer)
    terms = [t for t in query.of_ticket if not (query.in_text and t.key in (Key.BEFORE, Key.AFTER))]
    return tuple(_condition(asked, term) for term in terms)


def written(query: Query, viewer: Viewer) -> Span:
    """When messages have to be written, by `before:` and `after:`."""
    since, until = Span().since, Span().until
    for term in query.of_ticket:
        if term.key not in (Key.BEFORE, Key.AFTER):
            continue
        days = [_start(date.fromisoformat(value), viewer) for value in term.values]
        if (term.key is Key.BEFORE) is not term.is_negated:
            until = min(until, max(days) if not term.is_negated else min(days))
        else:
            since = max(since, min(days) if not term.is_negated else max(days))
    return Span(since, until)


def _condition(asked: _Asked, term: Term) -> ColumnElement[bool]:
    found = _any(asked, term.key, term.values)
    return not_(func.coalesce(found, false())) if term.is_negated else found


def _any(asked: _Asked, key: Key, values: Sequence[str]) -> ColumnElement[bool]:
    if key is Key.STATUS:
        return _TICKET.status.in_(sorted({status for value in values for status in _STATUSES[value]}))
    if key is Key.NUMBER:
        named = select(func.coalesce(_TICKET.merged_into_id, _TICKET.id)).where(
            _TICKET.account_id == asked.account_id, _TICKET.number.in_([int(value) for value in values])
        )
        return _TICKET.id.in_(named.correlate(None))
    return or_(*(_ONE[key](asked, value) for value in values))


_STATUSES: Mapping[str, tuple[str, ...]] = {
    **{status.value: (status.value,) for status in Status},
    Status.OPEN.value: (Status.NEW.value, Status.OPEN.value),
}


def _is(asked: _Asked, value: str) -> ColumnElement[bool]:
    match value:
        case "unassigned":
            return _TICKET.assignee_id.is_(None)
        case "snoozed":
            return _TICKET.wake_at > asked.viewer.at
        case "unread":
            return _unread(asked)
        case "mentioned":
            return _mentions(asked, "me")
        case _:
            return _mine(asked)


def _mentions(asked: _Asked, value: str) -> ColumnElement[bool]:
    """Where a note calls somebody: whoever asks, or who has that login."""
    theirs = select(_ARTICLE.ticket_id).join(table(Mention), _MENTION.article_id == _ARTICLE.id)
    if value == "me":
        return _TICKET.id.in_(theirs.where(_MENTION.staff_id == asked.viewer.staff_id).correlate(None))
    named = select(_STAFF.id).where(_STAFF.account_id == asked.account_id, _STAFF.login == value.lower())
    return _TICKET.id.in_(theirs.where(_MENTION.staff_id == named.scalar_subquery()).correlate(None))


def _unread(asked: _Asked) -> ColumnElement[bool]:
    """As the list marks them."""
    reader = asked.viewer.staff_id
    if reader is None:
        return false()
    seen = select(_SEEN.article_id).where(_SEEN.ticket_id == _TICKET.id, _SEEN.staff_id == reader)
    begun = select(_STAFF.reads_from).where(_STAFF.id == reader)
    read = func.coalesce(seen.correlate(table(Ticket)).scalar_subquery(), begun.scalar_subquery(), MOST)
    return _TICKET.last_article_id > read


def _mine(asked: _Asked) -> ColumnElement[bool]:
    mine = asked.viewer.staff_id
    return _assigned_to(mine) if mine is not None else false()


def _assigned_to(somebody: Any) -> ColumnElement[bool]:
    """As the index of assigned tickets has it."""
    return and_(_TICKET.assignee_id.is_not(None), _TICKET.assignee_id == somebody)


def _assignee(asked: _Asked, value: str) -> ColumnElement[bool]:
    if value == "nobody":
        return _TICKET.assignee_id.is_(None)
    if value == "me":
        return _mine(asked)
    named = select(_STAFF.id).where(_STAFF.account_id == asked.account_id, _STAFF.login == value.lower())
    return _assigned_to(named.scalar_subquery())


def _customer(asked: _Asked, value: str) -> ColumnElement[bool]:
    named = select(_CUSTOMER.id).where(_CUSTOMER.account_id == asked.account_id)
    for pattern in search.patterns(value):
        named = named.where(_CUSTOMER.words.like(pattern))
    return _TICKET.customer_id.in_(named) if search.patterns(value) else false()


def _group(asked: _Asked, value: str) -> ColumnElement[bool]:
    groups = select(_GROUP.id, _GROUP.name).where(_GROUP.account_id == asked.account_id)
    named = [row.id for row in asked.db.execute(groups) if _begins(value, row.name)]
    members = select(_MEMBER.customer_id).where(_MEMBER.group_id.in_(named))
    return _TICKET.customer_id.in_(members)


def _mailbox(asked: _Asked, value: str) -> ColumnElement[bool]:
    boxes = select(_MAILBOX.id, _MAILBOX.address, _MAILBOX.name).where(
        _MAILBOX.account_id == asked.account_id
    )
    named = [row.id for row in asked.db.execute(boxes) if _begins(value, row.address, row.name)]
    return _TICKET.mailbox_id.in_(named)


def _begins(value: str, *names: str) -> bool:
    """Whether one of the names begins with the value, by their words."""
    wanted = normalise(value)
    return bool(wanted) and any(normalise(name).startswith(wanted) for name in names)


def _tag(_asked: _Asked, value: str) -> ColumnElement[bool]:
    held = cast(_TICKET.tags, Text)
    some = held != literal_column("'[]'")  # as the index of tagged tickets has it
    return and_(some, func.lower(held).contains(json.dumps(value).lower(), autoescape=True))


def _priority(_asked: _Asked, value: str) -> ColumnElement[bool]:
    wanted = Priority[value.upper()]
    alike = _TICKET.priority == wanted.value
    if wanted is Priority.NORMAL:
        return alike
    return and_(_TICKET.priority != literal_column(str(Priority.NORMAL.value)), alike)


def _due(asked: _Asked, value: str) -> ColumnElement[bool]:
    if value == "overdue":
        return _TICKET.due_at <= asked.viewer.at
    today = asked.viewer.at.astimezone(asked.viewer.zone).date()
    begin, end = _start(today, asked.viewer), _start(today, asked.viewer, days=1)
    return and_(_TICKET.due_at >= begin, _TICKET.due_at < end)


def _has(_asked: _Asked, _value: str) -> ColumnElement[bool]:
    return _TICKET.attachment_count > 0


def _before(asked: _Asked, value: str) -> ColumnElement[bool]:
    return _TICKET.created_at < _start(date.fromisoformat(value), asked.viewer)


def _after(asked: _Asked, value: str) -> ColumnElement[bool]:
    return _TICKET.updated_at >= _start(date.fromisoformat(value), asked.viewer)


def _within(column: Any, asked: _Asked, value: str) -> ColumnElement[bool]:
    first, last = span(value)
    ends: list[ColumnElement[bool]] = []
    if first is not None:
        ends.append(column >= _start(first, asked.viewer))
    if last is not None:
        ends.append(column < _start(last, asked.viewer, days=1))
    return and_(*ends)


def _start(day: date, viewer: Viewer, *, days: int = 0) -> datetime:
    """When a day begins where the viewer is, or one so many days later."""
    try:
        first = day + timedelta(days=days)
        return datetime(first.year, first.month, first.day, tzinfo=viewer.zone).astimezone(UTC)
    except (OverflowError, ValueError, OSError):  # the first and the last days that there are
        return datetime(day.year, day.month, day.day, tzinfo=UTC)


_ONE: Mapping[Key, Callable[[_Asked, str], ColumnElement[bool]]] = {
    Key.IS: _is,
    Key.ASSIGNEE: _assignee,
    Key.CUSTOMER: _customer,
    Key.GROUP: _group,
    Key.MAILBOX: _mailbox,
    Key.TAG: _tag,
    Key.HAS: _has,
    Key.PRIORITY: _priority,
    Key.DUE: _due,
    Key.MENTIONS: _mentions,
    Key.BEFORE: _before,
    Key.AFTER: _after,
    Key.CREATED: lambda asked, value: _within(_TICKET.created_at, asked, value),
    Key.UPDATED: lambda asked, value: _within(_TICKET.updated_at, asked, value),
}
