"""What is noted about who asks, beside their ticket."""

from sqlalchemy import update

from gateway.rules.access import Reach, Sight
from gateway.store import session
from gateway.store.models import Contact, Customer
from gateway.store.queries.beside import Notes, notes_beside
from tests.world import BOB, World, mail, ticket_row


def beside(number: int, sight: Sight) -> Notes:
    ticket_id = ticket_row(number).id
    with session.reading() as db:
        return notes_beside(db, sight, ticket_id)


def test_both_notes_stand_beside_the_ticket_of_whom_they_are_about(world: World) -> None:
    world.receive(mail())
    world.receive(mail(sender=BOB), mail_from=BOB)
    ann = ticket_row(1).contact_id
    with session.transaction() as db:
        db.execute(update(Customer).values(note="Pays late."))
        db.execute(update(Contact).where(Contact.id == ann).values(note="Call after ten."))
    assert beside(1, world.ours.staff.sight) == Notes("Call after ten.", "Pays late.")
    assert beside(2, world.ours.staff.sight) == Notes()


def test_nobody_reads_them_who_does_not_see_the_customer(world: World) -> None:
    world.receive(mail())
    ticket_id, customer_id = ticket_row(1).id, ticket_row(1).customer_id
    assert customer_id is not None
    with session.transaction() as db:
        db.execute(update(Customer).values(note="Pays late."))
    assert beside(1, Sight(world.stranger.account_id)) == Notes()
    for reach, seen in ((Reach(tickets=(ticket_id,)), ""), (Reach(customers=(customer_id,)), "Pays late.")):
        assert beside(1, Sight(world.ours.account_id, reach)).customer == seen
