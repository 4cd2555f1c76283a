"""How tickets stand, column by column: what undoing an act compares and puts back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.store import tickets
from gateway.store.models import Ticket, table

_T = table(Ticket).c
_COLUMNS = (
    _T.status,
    _T.closed_at,
    _T.queue_at,
    _T.wake_at,
    _T.assignee_id,
    _T.customer_id,
    _T.tags,
    _T.priority,
    _T.subject,
)
_MOMENTS = frozenset({"closed_at", "queue_at", "wake_at"})
_TOGETHER = {"status": ("status", "closed_at", "queue_at", "wake_at"), "wake_at": ("wake_at",)}
"""What follows from a column and goes back with it."""

_FOLLOW = frozenset({"closed_at", "queue_at"})
_STATE = select(*_COLUMNS).where(_T.account_id == bindparam("account"), _T.id == bindparam("ticket"))

State = dict[str, Any]


def state_of(db: Session, account_id: int, ticket_id: int) -> State:
    """How a ticket stands, as it can be kept in JSON."""
    row = db.connection().execute(_STATE, {"account": account_id, "ticket": ticket_id}).one()
    return {column.name: _stored(value) for column, value in zip(_COLUMNS, row, strict=True)}


def changed(was: State, now: State) -> State:
    """What is different between two states: each column with both of its values."""
    return {name: [was[name], now[name]] for name in was if was[name] != now[name]}


def restore(db: Session, account_id: int, ticket_id: int, change: Mapping[str, Any]) -> tuple[str, ...]:
    """Put back what still is as the act left it; which columns that were.

    What somebody else has changed since stays as they left it.
    """
    present = state_of(db, account_id, ticket_id)
    back = [name for name, (_, now) in change.items() if name not in _FOLLOW and present[name] == now]
    columns = {each for name in back for each in _TOGETHER.get(name, (name,)) if each in change}
    values = {name: _value(name, change[name][0]) for name in columns if present[name] == change[name][1]}
    if values:
        tickets.change(db, account_id, ticket_id, values)
    return tuple(back)


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(name: str, stored: Any) -> Any:
    return datetime.fromisoformat(stored) if name in _MOMENTS and stored is not None else stored
