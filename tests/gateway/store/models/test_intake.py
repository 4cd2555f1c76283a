"""Intakes and offers."""

from sqlalchemy import delete

from gateway.store import session
from gateway.store.models import Intake, Mailbox, Ticket
from tests.world import World, mail


def test_the_books_outlive_ticket_mailbox_and_intake(world: World) -> None:
    world.receive(mail())
    before = world.ledger()
    with session.transaction() as db:
        for model in (Ticket, Mailbox, Intake):
            db.execute(delete(model))
    assert world.ledger() == before
    assert before.tickets == 1
