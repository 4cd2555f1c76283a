"""Following tickets, to hear of what happens in them."""

from sqlalchemy.orm import Session

from gateway.errors import Denied
from gateway.rules.access import Actor, Permission, require
from gateway.store import followers, tickets


def follow(db: Session, by: Actor, number: int, *, follows: bool) -> None:
    """Follow a ticket, or no more until a note calls one. NotFound for what they do not see."""
    require(by, Permission.WORK_TICKETS)
    if by.staff_id is None:
        raise Denied("Only people follow tickets.")
    ticket = tickets.stand(db, by.sight, number)
    followers.set_follows(db, by.account_id, ticket.id, by.staff_id, follows=follows)
