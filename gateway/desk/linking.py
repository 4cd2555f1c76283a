"""Linking: two tickets have to do with each other, and each shows the other."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.errors import Conflict, Invalid
from gateway.rules.access import Actor, Permission, require
from gateway.store import links, tickets
from gateway.store.tickets import EventKind, Standing


def link(db: Session, by: Actor, number: int, other: int, *, now: datetime) -> None:
    """Link two tickets. NotFound for what they do not see, Invalid for a ticket with itself."""
    here, there = _ends(db, by, number, other)
    links.put(db, by.account_id, here.id, there.id)
    _tell(db, by, here, there, EventKind.LINKED, now)


def unlink(db: Session, by: Actor, number: int, other: int, *, now: datetime) -> None:
    """Let them be apart again. NotFound for what they do not see, Conflict where there is no link."""
    here, there = _ends(db, by, number, other)
    if not links.remove(db, by.account_id, here.id, there.id):
        raise Conflict("These tickets are not linked.")
    _tell(db, by, here, there, EventKind.UNLINKED, now)


def _ends(db: Session, by: Actor, number: int, other: int) -> tuple[Standing, Standing]:
    require(by, Permission.WORK_TICKETS)
    here, there = tickets.stand(db, by.sight, number), tickets.stand(db, by.sight, other)
    if here.id == there.id:
        raise Invalid("A ticket cannot be linked with itself.", field="other")
    return here, there


def _tell(db: Session, by: Actor, here: Standing, there: Standing, kind: EventKind, now: datetime) -> None:
    for one, two in ((here, there), (there, here)):
        data = {"number": two.number}
        tickets.add_event(db, by.account_id, one.id, kind, data, staff_id=by.staff_id, now=now)
