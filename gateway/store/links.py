"""Tickets that have to do with each other. What was merged stands for the ticket it was merged into."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import seeing
from gateway.store.models import Ticket, TicketLink, table
from gateway.store.upsert import insert_into


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """The other end of a link."""

    number: int
    subject: str
    status: Status


def put(db: Session, account_id: int, one: int, other: int) -> None:
    """Link two tickets, by their rows; linked already is linked."""
    first, second = sorted((one, other))
    values = {"account_id": account_id, "ticket_id": first, "other_id": second}
    insert = insert_into(db.get_bind().dialect.name, _LINK).on_conflict_do_nothing()
    db.connection().execute(insert, values)


def remove(db: Session, account_id: int, one: int, other: int) -> bool:
    """Unlink two tickets, and whatever was merged into them; whether they were linked."""
    pair = or_(
        and_(_L.ticket_id.in_(_part_of(one)), _L.other_id.in_(_part_of(other))),
        and_(_L.ticket_id.in_(_part_of(other)), _L.other_id.in_(_part_of(one))),
    )
    gone = delete(_LINK).where(_L.account_id == account_id, pair)
    return db.connection().execute(gone).rowcount > 0


def linked_to(db: Session, sight: Sight, ticket_id: int) -> tuple[LinkedTicket, ...]:
    """The tickets that a ticket is linked to, as far as they are seen, oldest first."""
    connection = db.connection()
    parts = [ticket_id, *connection.execute(_MERGED, {"ticket": ticket_id}).scalars()]
    pairs = connection.execute(_PAIRS, {"account": sight.account_id, "parts": parts}).all()
    far = {end for pair in pairs for end in pair} - set(parts)
    if not far:
        return ()
    values = seeing.values(sight) | {"far": sorted(far), "ticket": ticket_id}
    rows = connection.execute(_LINKED.of(sight), values)
    return tuple(LinkedTicket(number, subject, Status(status)) for number, subject, status in rows)


_LINK = table(TicketLink)
_L, _TICKET = _LINK.c, table(Ticket).c
_END, _PART = aliased(Ticket), aliased(Ticket)


def _part_of(ticket_id: int | BindParameter[int]) -> Select[int]:
    """The rows of a ticket and of what was merged into it."""
    return select(_PART.id).where(or_(_PART.id == ticket_id, _PART.merged_into_id == ticket_id))


_PARTS: BindParameter[int] = bindparam("parts", expanding=True)
_MERGED = select(_TICKET.id).where(_TICKET.merged_into_id == bindparam("ticket"))
_PAIRS = select(_L.ticket_id, _L.other_id).where(
    _L.account_id == bindparam("account"), or_(_L.ticket_id.in_(_PARTS), _L.other_id.in_(_PARTS))
)
_FAR_TICKETS = select(func.coalesce(_END.merged_into_id, _END.id)).where(
    _END.id.in_(bindparam("far", expanding=True))
)
_LINKED = seeing.Scoped(
    select(_TICKET.number, _TICKET.subject, _TICKET.status)
    .where(
        _TICKET.account_id == bindparam("account"),
        _TICKET.id.in_(_FAR_TICKETS),
        _TICKET.id != bindparam("ticket"),
    )
    .order_by(_TICKET.number),
    within=seeing.TICKETS,
)
