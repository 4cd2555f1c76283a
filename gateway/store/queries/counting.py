"""How much stands in the rail's views.

Each is counted as far as `MOST_COUNTED` and no further: every page asks, and nobody reads more digits.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.queue import IN_QUEUE
from gateway.rules.status import Status
from gateway.store import seeing
from gateway.store.failures import failed_count
from gateway.store.models import Ticket, table
from gateway.store.quarantine import MOST_COUNTED, waiting_count


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tickets the views of the rail hold, how many mails wait in quarantine and did not arrive."""

    mine: int
    unassigned: int
    open: int
    pending: int
    held: int = 0
    failed: int = 0


def count_views(db: Session, sight: Sight, staff_id: int | None) -> Counts:
    """The rail's numbers, in one statement; `MOST_COUNTED` + 1 stands for more.

    Quarantine belongs to no ticket yet, so only who sees all has a number of it.
    """
    values = seeing.values(sight) | {"me": _NOBODY if staff_id is None else staff_id}
    statement = _WHOLE if sight.reach is None else _WITHIN
    return Counts(*db.connection().execute(statement, values).one())


_NOBODY = -1
_TICKET = table(Ticket).c
_WORKING = tuple(status.value for status in IN_QUEUE)


def _count(statuses: tuple[str, ...], *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    here = _TICKET.account_id == bindparam("account"), _TICKET.status.in_(statuses)
    some = select(_TICKET.id).where(*here, *conditions).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _all(*within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(
        _count(_WORKING, _TICKET.assignee_id == bindparam("me"), *within),
        _count(_WORKING, _TICKET.assignee_id.is_(None), *within),
        _count(_WORKING, *within),
        _count((Status.PENDING.value,), *within),
    )


_WHOLE = _all().add_columns(waiting_count(), failed_count())
_WITHIN = _all(seeing.TICKETS).add_columns(literal(0), failed_count(seeing.TICKETS))
