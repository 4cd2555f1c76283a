"""What somebody was told of, as they read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.rules.notifying import Kind
from gateway.store import seeing
from gateway.store.models import Article, Notification, Ticket, table
from gateway.store.queries.paging import Page
from gateway.store.types import MOST

PAGE = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened in a ticket; `article` is the public id of the message it is about, or ""."""

    id: int
    kind: Kind
    at: datetime
    is_read: bool
    number: int
    subject: str
    article: str


def list_notices(
    db: Session, sight: Sight, staff_id: int | None, *, after: int | None = None
) -> Page[Notice]:
    """What somebody was told of in tickets that they see, newest first."""
    wanted = {"reader": staff_id, "after": MOST if after is None else after, "most": PAGE + 1}
    rows = db.connection().execute(_LIST.of(sight), seeing.values(sight) | wanted).all()
    shown = rows[:PAGE]
    found = tuple(
        Notice(row.id, Kind(row.kind), row.at, bool(row.is_read), row.number, row.subject, row.article or "")
        for row in shown
    )
    return Page(found, str(shown[-1].id) if len(rows) > PAGE else None)


_N, _A, _TICKET = table(Notification), table(Article).c, table(Ticket).c
_LIST = seeing.Scoped(
    select(
        _N.c.id,
        _N.c.kind,
        _N.c.at,
        _N.c.is_read,
        _TICKET.number,
        _TICKET.subject,
        _A.public_id.label("article"),
    )
    .select_from(_N)
    .join(table(Ticket), _TICKET.id == _N.c.ticket_id)
    .outerjoin(table(Article), _A.id == _N.c.article_id)
    .where(
        _N.c.account_id == bindparam("account"),
        _N.c.staff_id == bindparam("reader"),
        _N.c.id < bindparam("after"),
    )
    .order_by(_N.c.id.desc())
    .limit(bindparam("most")),
    within=seeing.TICKETS,
)
