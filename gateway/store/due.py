"""When tickets are due, and how long they took: kept beside whatever changes it, in its transaction.

Who changes a ticket marks it; before the commit each marked one is looked at once, as it stands then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules import worktime
from gateway.rules.due import NOT_DUE, Course, Promise, Targets, decide_due, first_answer
from gateway.rules.hours import Hours
from gateway.rules.priority import Priority
from gateway.rules.queue import DONE, IN_QUEUE, waiting_since
from gateway.rules.status import Status
from gateway.store import effects
from gateway.store.models import CustomerGroup, CustomerGroupMember, Mailbox, Ticket, table
from gateway.store.session import at_the_end

_Found = Row[*tuple[Any, ...]]


class Look(IntEnum):
    """How closely a marked ticket is looked at; ANEW: its articles are others than before."""

    AT_THE_ROW = 0
    AT_ANSWERS = 1
    ANEW = 2


@dataclass(frozen=True, slots=True)
class _Mark:
    look: Look
    at: datetime | None


def mark(
    db: Session,
    account_id: int,
    ticket_id: int,
    look: Look = Look.AT_THE_ROW,
    *,
    now: datetime | None = None,
) -> None:
    """Before the commit, see when the ticket is due; `now` is when it changed, where that matters."""
    marked: dict[tuple[int, int], _Mark] = db.info.setdefault(_MARKED, {})
    if not marked:
        at_the_end(db, _settle_marked)
    before = marked.get((account_id, ticket_id))
    if before is not None:
        look, now = max(look, before.look), now or before.at
    marked[account_id, ticket_id] = _Mark(look, now)


def settle(
    db: Session, account_id: int, ticket_id: int, look: Look = Look.AT_THE_ROW, *, now: datetime | None
) -> None:
    """Write down when a ticket is due and how long it took, if that is otherwise than before."""
    values = {"account": account_id, "ticket": ticket_id}
    found = db.connection().execute(_TICKET_NOW, values).first()
    if found is None:
        return
    usual, special = _promises(db, account_id, found)
    hours = next((one.hours for one in special), usual.hours)
    changed = _times(db, ticket_id, found, hours, look, now)
    changed |= _due(found, changed, usual, special, now)
    wanted = {name: changed.get(name, getattr(found, name)) for name in _FACTS}
    if any(getattr(found, name) != value for name, value in wanted.items()):
        db.connection().execute(_WRITE, values | {f"new_{name}": value for name, value in wanted.items()})


def _settle_marked(db: Session) -> None:
    db.flush()  # what hangs on a session's objects decides as well
    for (account_id, ticket_id), one in db.info.pop(_MARKED).items():
        settle(db, account_id, ticket_id, one.look, now=one.at)


def _promises(db: Session, account_id: int, found: _Found) -> tuple[Promise, list[Promise]]:
    """What the mailbox promises to all, and what the customer's groups promise, the oldest group first."""
    usual = Promise(Targets.from_stored(found.targets), Hours.from_stored(found.hours))
    if found.customer_id is None:
        return usual, []
    groups = db.connection().execute(_GROUPS, {"account": account_id, "customer": found.customer_id})
    with_hours, without = [], []
    for group in groups:
        targets = Targets.from_stored(group.targets)
        if group.hours is None:
            without.append(Promise(targets, usual.hours))
        else:
            with_hours.append(Promise(targets, Hours.from_stored(group.hours)))
    return usual, [*with_hours, *without]


def _times(
    db: Session, ticket_id: int, found: _Found, hours: Hours, look: Look, now: datetime | None
) -> dict[str, Any]:
    """The first answer, the end, and the rest in between."""
    first_at, answer_seconds = found.first_answered_at, found.answer_seconds
    if look is Look.ANEW or (look is Look.AT_ANSWERS and first_at is None):
        first = first_answer(effects.of_ticket(db, ticket_id))
        first_at = first[1] if first else None
        answer_seconds = _seconds(hours, *first) if first else None
    rests_since, rest_seconds = found.rests_since, found.rest_seconds
    if found.status in IN_QUEUE:
        if rests_since is not None:
            rest_seconds += _seconds(hours, rests_since, now or found.updated_at)
            rests_since = None
    elif rests_since is None:
        rests_since = found.closed_at or now or found.updated_at
    took = None
    if found.status == Status.CLOSED and found.closed_at is not None and found.merged_into_id is None:
        ended_at = min(found.closed_at, rests_since or found.closed_at)
        took = max(0, _seconds(hours, found.created_at, ended_at) - rest_seconds)
    return {
        "first_answered_at": first_at,
        "answer_seconds": answer_seconds,
        "resolution_seconds": took,
        "rests_since": rests_since,
        "rest_seconds": rest_seconds,
    }


def _due(
    found: _Found,
    times: Mapping[str, Any],
    usual: Promise,
    special: list[Promise],
    now: datetime | None,
) -> dict[str, Any]:
    """What is due and when; a reminder that was given for the same is not given again."""
    if found.status not in IN_QUEUE or found.merged_into_id is not None:
        return {"due_at": DONE, "due_for": "", "remind_at": None}
    course = Course(
        began_at=found.created_at,
        waits_since=waiting_since(found.queue_at),
        is_answered=times["first_answered_at"] is not None,
        priority=Priority(found.priority),
        rested=timedelta(seconds=times["rest_seconds"]),
    )
    due = decide_due(course, usual, special)
    if due is None:
        return {"due_at": NOT_DUE, "due_for": "", "remind_at": None}
    if (found.due_at, found.due_for) == (due.at, due.goal.value):
        return {}
    is_ahead = now is None or due.at > now
    return {"due_at": due.at, "due_for": due.goal.value, "remind_at": due.remind_at if is_ahead else None}


def _seconds(hours: Hours, begins: datetime, ends: datetime) -> int:
    return int(worktime.between(hours, begins, ends).total_seconds())


# Built once: they stand on the way of every mail and every answer.
_MARKED = "due"
_TICKET, _BOX = table(Ticket), table(Mailbox).c
_GROUP, _MEMBER = table(CustomerGroup).c, table(CustomerGroupMember).c
_FACTS = (
    "due_at",
    "due_for",
    "remind_at",
    "first_answered_at",
    "answer_seconds",
    "resolution_seconds",
    "rests_since",
    "rest_seconds",
)
_BASIS = ("status", "priority", "queue_at", "customer_id", "merged_into_id")
_MOMENTS = ("created_at", "updated_at", "closed_at")
_HERE = _TICKET.c.account_id == bindparam("account"), _TICKET.c.id == bindparam("ticket")
_TICKET_NOW: Select[*tuple[Any, ...]] = (
    select(*(_TICKET.c[name] for name in (*_FACTS, *_BASIS, *_MOMENTS)), _BOX.hours, _BOX.targets)
    .outerjoin(table(Mailbox), _BOX.id == _TICKET.c.mailbox_id)
    .where(*_HERE)
)
_GROUPS = (
    select(_GROUP.hours, _GROUP.targets)
    .join(table(CustomerGroupMember), _MEMBER.group_id == _GROUP.id)
    .where(_MEMBER.account_id == bindparam("account"), _MEMBER.customer_id == bindparam("customer"))
    .where(or_(_GROUP.hours.is_not(None), _GROUP.targets.is_not(None)))
    .order_by(_GROUP.id)
)
_WRITE = update(_TICKET).where(*_HERE).values({name: bindparam(f"new_{name}") for name in _FACTS})
