"""How many tickets a saved search finds, for the rail: as far as it is worth telling, and no further."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.searching import Query
from gateway.store import seeing
from gateway.store.models import Ticket, table
from gateway.store.quarantine import MOST_COUNTED
from gateway.store.queries import narrowing
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer

MOST_IN_TEXT = 20
"""Of a search for words: each is a row to be read. In 100,000 messages 20 take 3 to 25 ms, 99 up to 140."""


_TEXT_BUDGET = 2_000
_TICKET = table(Ticket).c


def count_found(db: Session, sight: Sight, query: Query, viewer: Viewer) -> tuple[int, bool]:
    """How many there are, and whether there may be more than that."""
    if query.in_text:
        found = find(db, sight, query, viewer, limit=MOST_IN_TEXT, budget=_TEXT_BUDGET)
        return len(found.items), found.next is not None or found.is_cut
    return _count(db, sight, narrowing.conditions(db, sight.account_id, query, viewer))


def _count(db: Session, sight: Sight, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, bool]:
    within = () if sight.reach is None else (seeing.TICKETS,)
    here = _TICKET.account_id == bindparam("account"), _TICKET.merged_into_id.is_(None)
    some = select(_TICKET.id).where(*here, *within, *conditions).limit(MOST_COUNTED + 1)
    wanted = select(func.count()).select_from(some.subquery())
    count = db.connection().execute(wanted, seeing.values(sight)).scalar_one()
    return min(count, MOST_COUNTED), count > MOST_COUNTED
