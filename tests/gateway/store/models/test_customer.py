"""Customers and contacts."""

from sqlalchemy import delete, select

from gateway.store import session
from gateway.store.models import Contact, ContactAddress, Customer
from tests.world import World, mail, ticket_row


def test_people_and_tickets_outlive_their_customer(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        db.execute(delete(Customer))
        assert db.execute(select(Contact.customer_id)).scalars().all() == [None]
    assert ticket_row(1).customer_id is None


def test_an_address_goes_with_its_contact_and_the_ticket_stays(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        db.execute(delete(Contact))
        assert db.execute(select(ContactAddress.id)).first() is None
    assert ticket_row(1).contact_id is None
    assert ticket_row(1).requester_address == "ann@acme.example"
