"""Contacts as pages show them: found by words, page by page."""

import pytest

from gateway.desk import customers
from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.contacts import (
    ContactFilter,
    ContactRow,
    find_requester,
    get_contact,
    list_contacts,
)
from gateway.store.queries.customers import list_customers
from gateway.store.queries.tickets import CustomerRef, TicketFilter, list_tickets
from tests.world import ANN, BOB, NOON, World, mail, ticket_row


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    """Ann of Acme and Bob of nowhere, who wrote a ticket each, and Änne of Acme."""
    world.receive(mail(sender=f"Ann Acme <{ANN}>"))
    world.receive(mail(sender=f"Bob Builder <{BOB}>"))
    with session.transaction() as db:
        customers.add_contact(
            db, world.ours.owner, world.ours.customer, name="Änne Groß", address="ag@home.example", now=NOON
        )


def rows(world: World, wanted: ContactFilter, after: str | None = None, limit: int = 50) -> list[ContactRow]:
    with session.reading() as db:
        return list(list_contacts(db, Sight(world.ours.account_id), wanted, after=after, limit=limit).items)


def names(world: World, query: str) -> list[str]:
    return [row.name for row in rows(world, ContactFilter(query))]


def test_a_contact_is_found_by_name_address_or_domain(world: World) -> None:
    assert names(world, "ANNE gross") == ["Änne Groß"]
    assert names(world, "bob@elsewhere") == names(world, "elsewhere.example") == ["Bob Builder"]
    assert names(world, "example") == ["Änne Groß", "Bob Builder", "Ann Acme"]
    assert names(world, "ann builder") == names(world, "%") == names(world, "100%_") == []
    assert len(names(world, " ")) == 3


def test_contacts_of_a_customer_or_of_none(world: World) -> None:
    acme = CustomerRef(world.ours.customer, "Acme")
    theirs = rows(world, ContactFilter(customer=world.ours.customer))
    assert [(row.name, row.addresses, row.customer) for row in theirs] == [
        ("Änne Groß", ("ag@home.example",), acme),
        ("Ann Acme", (ANN,), acme),
    ]
    (bob,) = rows(world, ContactFilter(loose=True))
    assert (bob.name, bob.customer) == ("Bob Builder", None)


def test_pages_hold_every_contact_once(world: World) -> None:
    with session.reading() as db:
        first = list_contacts(db, Sight(world.ours.account_id), ContactFilter("example"), limit=2)
        wanted = ContactFilter("example")
        rest = list_contacts(db, Sight(world.ours.account_id), wanted, after=first.next, limit=2)
    assert [row.name for row in (*first.items, *rest.items)] == ["Änne Groß", "Bob Builder", "Ann Acme"]
    assert rest.next is None


def test_customers_are_found_by_their_words_and_their_peoples(world: World) -> None:
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Müller & Söhne", domains=["mus.example"], now=NOON)

    def found(query: str) -> list[str]:
        with session.reading() as db:
            return [row.name for row in list_customers(db, Sight(world.ours.account_id), query=query).items]

    assert found("MULLER sohne") == found("mus.example") == ["Müller & Söhne"]
    assert found("groß") == found("home.example") == ["Acme"]
    assert found("builder") == found("!") == found("groß mus") == []
    assert found("") == ["Müller & Söhne", "Acme"]


def test_a_contact_has_tickets_and_a_ticket_its_contact(world: World) -> None:
    (bob,), ticket = rows(world, ContactFilter("bob")), ticket_row(2).id
    with session.reading() as db:
        page = list_tickets(db, Sight(world.ours.account_id), TicketFilter(contact=bob.public_id))
        assert [row.number for row in page.items] == [2]
        assert find_requester(db, Sight(world.ours.account_id), ticket) == bob.public_id
        assert find_requester(db, Sight(world.stranger.account_id), ticket) is None


def test_a_contact_is_its_accounts_alone(world: World) -> None:
    (bob,) = rows(world, ContactFilter("bob"))
    with session.reading() as db:
        assert get_contact(db, Sight(world.ours.account_id), bob.public_id).addresses == (BOB,)
        with pytest.raises(NotFound):
            get_contact(db, Sight(world.stranger.account_id), bob.public_id)
        assert list_contacts(db, Sight(world.stranger.account_id), ContactFilter()).items == ()
