"""Looking at many tickets again, because what was promised to them has changed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.queue import DONE
from gateway.store import due, outbox
from gateway.store.models import Account, CustomerGroupMember, Outbox, Ticket, table
from gateway.store.outbox import Topic

STEP = 50
"""How many tickets a transaction looks at: who else wants to write waits for a blink."""

_GATHER = timedelta(seconds=2)
"""Several changes in a row are one look."""


def has_targets(db: Session, account_id: int) -> bool:
    """Whether anything is promised to anybody of the account."""
    return bool(db.execute(_HAS_TARGETS, {"account": account_id}).scalar())


def owe(db: Session, account_id: int, *, now: datetime) -> None:
    """Have a worker look at all open tickets of the account, unless one is about to."""
    waiting = select(Outbox.id).where(Outbox.topic == Topic.DUE.value, Outbox.ref_id == account_id)
    if db.execute(waiting.where(Outbox.told == 0, Outbox.due_at > now)).first() is None:
        outbox.put(db, Topic.DUE, account_id, now=now, not_before=now + _GATHER)


def settle_some(db: Session, account_id: int, *, seen: int, now: datetime) -> int | None:
    """Look at the open tickets behind this one, a step of them; the last one of them, None if none was."""
    ids = db.execute(_SOME, {"account": account_id, "seen": seen}).scalars().all()
    for ticket_id in ids:
        due.settle(db, account_id, ticket_id, now=now)
    return ids[-1] if ids else None


def mark_customers(db: Session, account_id: int, *customer_ids: int) -> None:
    """See again when the open tickets of these customers are due: their groups are others than before."""
    _mark(db, account_id, _TICKET.customer_id.in_(customer_ids))


def mark_contact(db: Session, account_id: int, contact_id: int) -> None:
    """See again when the open tickets of a contact are due: they are another customer's than before."""
    _mark(db, account_id, _TICKET.contact_id == contact_id)


def mark_group(db: Session, account_id: int, group_id: int) -> None:
    """See again when the open tickets of a group's customers are due."""
    inside = select(_MEMBER.customer_id).where(_MEMBER.group_id == group_id)
    _mark(db, account_id, _TICKET.customer_id.in_(inside))


def _mark(db: Session, account_id: int, theirs: ColumnElement[bool]) -> None:
    if not has_targets(db, account_id):
        return
    open_ones = select(_TICKET.id).where(_TICKET.account_id == account_id, _TICKET.due_at < DONE, theirs)
    for ticket_id in db.execute(open_ones).scalars():
        due.mark(db, account_id, ticket_id)


_TICKET, _MEMBER = table(Ticket).c, table(CustomerGroupMember).c
_HAS_TARGETS = select(table(Account).c.has_targets).where(table(Account).c.id == bindparam("account"))
_SOME = (
    select(_TICKET.id)
    .where(_TICKET.account_id == bindparam("account"), _TICKET.id > bindparam("seen"), _TICKET.due_at < DONE)
    .order_by(_TICKET.id)
    .limit(STEP)
)
