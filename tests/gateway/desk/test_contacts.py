"""Contacts: addresses that are theirs alone, notes, and moving from one customer to another."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from gateway.desk import contacts, customers
from gateway.desk.contacts import MAX_ADDRESSES, MAX_NAME_CHARS, AddressTaken, Along
from gateway.desk.customers import MAX_NOTE_CHARS
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.models import TicketEvent
from gateway.store.queries.contacts import ContactDetail, ContactFilter, get_contact, list_contacts
from tests.world import ANN, BOB, EVE, NOON, World, mail, ticket_row


@pytest.fixture
def ann(world: World) -> str:
    """Our contact Ann, who has written once."""
    world.receive(mail(sender=f"Ann <{ANN}>"))
    return found(world, "ann")[0]


def found(world: World, query: str) -> list[str]:
    with session.reading() as db:
        page = list_contacts(db, Sight(world.ours.account_id), ContactFilter(query))
        return [row.public_id for row in page.items]


def view(world: World, public_id: str) -> ContactDetail:
    with session.reading() as db:
        return get_contact(db, Sight(world.ours.account_id), public_id)


def test_a_contact_is_renamed_and_noted_about(world: World, ann: str) -> None:
    with session.transaction() as db:
        contacts.change(db, world.ours.staff, ann, name=" Ann \n Other\0 ")
        contacts.change(db, world.ours.staff, ann, note="Early\r\nriser ")
    assert (view(world, ann).name, view(world, ann).note) == ("Ann Other", "Early\nriser")
    assert found(world, "other") == [ann]


@pytest.mark.parametrize("over", [0, 1])
def test_names_and_notes_have_a_length(world: World, ann: str, over: int) -> None:
    for field, most in (("name", MAX_NAME_CHARS), ("note", MAX_NOTE_CHARS)):
        text = "x" * (most + over)
        with session.transaction() as db:
            if over:
                with pytest.raises(Invalid) as caught:
                    contacts.change(db, world.ours.staff, ann, **{field: text})
                assert caught.value.field == field
            else:
                contacts.change(db, world.ours.staff, ann, **{field: text})


def test_one_more_address_is_known_from_then_on(world: World, ann: str) -> None:
    with session.transaction() as db:
        for spelled in ("ANN@Home.Example", " ann@home.example "):
            contacts.add_address(db, world.ours.staff, ann, spelled)
    assert view(world, ann).addresses == (ANN, "ann@home.example")
    world.receive(mail(sender="ann@home.example"))
    assert ticket_row(2).contact_id == ticket_row(1).contact_id
    assert found(world, "home.example") == [ann]


def test_an_address_that_is_taken_says_whose_it_is(world: World, ann: str) -> None:
    world.receive(mail(sender=f"Bob Builder <{BOB}>"))
    with session.transaction() as db, pytest.raises(AddressTaken) as caught:
        contacts.add_address(db, world.ours.staff, ann, BOB.upper())
    assert caught.value.public == "This address belongs to Bob Builder."
    assert [caught.value.public_id] == found(world, "builder")
    world.receive(mail(sender=EVE))
    with session.transaction() as db, pytest.raises(AddressTaken) as caught:
        contacts.add_address(db, world.ours.staff, ann, EVE)
    assert EVE in caught.value.public


@pytest.mark.parametrize("address", ["", "nobody", "a b@c.example"])
def test_what_is_no_address_is_invalid(world: World, ann: str, address: str) -> None:
    with session.transaction() as db, pytest.raises(Invalid):
        contacts.add_address(db, world.ours.staff, ann, address)


def test_a_contact_has_so_many_addresses(world: World, ann: str) -> None:
    with session.transaction() as db:
        for number in range(MAX_ADDRESSES - 1):
            contacts.add_address(db, world.ours.staff, ann, f"a{number}@home.example")
        with pytest.raises(Invalid):
            contacts.add_address(db, world.ours.staff, ann, "more@home.example")


def test_an_address_goes_but_the_last_one_stays(world: World, ann: str) -> None:
    with session.transaction() as db:
        contacts.add_address(db, world.ours.staff, ann, "ann@home.example")
        contacts.remove_address(db, world.ours.staff, ann, ANN)
        with pytest.raises(NotFound):
            contacts.remove_address(db, world.ours.staff, ann, ANN)
        with pytest.raises(Conflict):
            contacts.remove_address(db, world.ours.staff, ann, "ann@home.example")
    assert view(world, ann).addresses == ("ann@home.example",)
    assert found(world, "acme.example") == []


def test_addresses_are_set_together(world: World, ann: str) -> None:
    with session.transaction() as db:
        contacts.set_addresses(db, world.ours.staff, ann, ["B@x.example", "c@x.example"])
    assert view(world, ann).addresses == ("b@x.example", "c@x.example")


@pytest.mark.parametrize(("along", "moved"), [(Along.ALL, {1, 2}), (Along.OPEN, {2})])
def test_a_contact_moves_with_all_or_the_open_tickets(
    world: World, ann: str, along: Along, moved: set[int]
) -> None:
    world.receive(mail(sender=ANN))
    world.move(1, Status.CLOSED)
    with session.transaction() as db:
        beta = customers.create(db, world.ours.owner, name="Beta", now=NOON)
        contacts.move(db, world.ours.staff, ann, customer=beta, along=along, now=NOON)
    customer = view(world, ann).customer
    assert customer is not None
    assert customer.name == "Beta"
    heads = {number: world.detail(number).ticket.customer for number in (1, 2)}
    assert {number for number, head in heads.items() if head and head.name == "Beta"} == moved
    with session.reading() as db:
        told = db.execute(select(TicketEvent.data).where(TicketEvent.kind == "customer"))
        assert [line["to"] for line in told.scalars()] == ["Beta"] * len(moved)


def test_a_contact_may_belong_to_nobody(world: World, ann: str) -> None:
    with session.transaction() as db:
        contacts.move(db, world.ours.staff, ann, customer=None, now=NOON)
    assert view(world, ann).customer is None
    assert world.detail(1).ticket.customer is None
    with session.transaction() as db:  # with nothing left to move
        contacts.move(db, world.ours.staff, ann, customer=None, now=NOON)


def test_a_strangers_contact_and_customer_are_not_found(world: World, ann: str) -> None:
    eve = world.stranger.owner
    with session.transaction() as db:
        attempts: list[Callable[[], None]] = [
            lambda: contacts.change(db, eve, ann, name="Mine"),
            lambda: contacts.add_address(db, eve, ann, EVE),
            lambda: contacts.remove_address(db, eve, ann, ANN),
            lambda: contacts.set_addresses(db, eve, ann, [EVE]),
            lambda: contacts.move(db, eve, ann, customer=None, now=NOON),
        ]
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt()
        with pytest.raises(Invalid):
            contacts.move(db, world.ours.staff, ann, customer=world.stranger.customer, now=NOON)
