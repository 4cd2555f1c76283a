"""Customers and their people, page by page."""

import pytest

from gateway.desk import customers
from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.customers import (
    CustomerRow,
    get_customer,
    list_customers,
    names_by_address,
)
from tests.world import ANN, BOB, NOON, World, mail


def create(world: World, *names: str) -> list[str]:
    with session.transaction() as db:
        return [customers.create(db, world.ours.owner, name=name, now=NOON) for name in names]


def page(world: World, after: str | None = None, limit: int = 50) -> tuple[list[str], str | None]:
    with session.reading() as db:
        found = list_customers(db, Sight(world.ours.account_id), after=after, limit=limit)
    return [row.name for row in found.items], found.next


def test_a_customer_shows_domains_and_people(world: World) -> None:
    with session.transaction() as db:
        for address in (BOB, "amy@x.example"):
            customers.add_contact(
                db, world.ours.owner, world.ours.customer, name="Bob", address=address, now=NOON
            )
    with session.reading() as db:
        view = get_customer(db, Sight(world.ours.account_id), world.ours.customer)
    assert (view.name, view.domains, view.created_at) == ("Acme", ("acme.example",), NOON)
    assert [contact.addresses for contact in view.contacts] == [("amy@x.example",), (BOB,)]


def test_pages_hold_every_customer_once_newest_first(world: World) -> None:
    create(world, "B", "C", "D")
    first, after = page(world, limit=3)
    assert first == ["D", "C", "B"]
    assert page(world, after, limit=3) == (["Acme"], None)
    assert page(world, limit=4) == (["D", "C", "B", "Acme"], None)


def test_people_are_counted(world: World) -> None:
    world.receive(mail())
    world.receive(mail(sender="Carl <carl@acme.example>"))
    with session.reading() as db:
        assert list_customers(db, Sight(world.ours.account_id)).items == (
            CustomerRow(world.ours.customer, "Acme", NOON, 2),
        )


def test_a_strangers_customer_is_not_found(world: World) -> None:
    with session.reading() as db, pytest.raises(NotFound):
        get_customer(db, Sight(world.stranger.account_id), world.ours.customer)


def test_customers_are_known_by_their_peoples_addresses_or_else_by_domain(world: World) -> None:
    with session.transaction() as db:
        owner, now = world.ours.owner, NOON
        zoo = customers.create(db, owner, name="Zoo", domains=["zoo.example"], now=now)
        for address in (BOB, "eve@acme.example"):
            customers.add_contact(db, owner, zoo, name="", address=address, now=now)

    def names(account_id: int, *addresses: str) -> tuple[str, ...]:
        with session.reading() as db:
            return names_by_address(db, account_id, [Address("", one) for one in addresses])

    ours = world.ours.account_id
    assert names(ours, "x@ZOO.example", ANN, "y@zoo.example", "z@nowhere.example") == ("Acme", "Zoo")
    assert names(ours, BOB.upper()) == names(ours, "eve@acme.example") == ("Zoo",)
    assert names(ours, "z@nowhere.example") == names(ours) == ()
    assert names(world.stranger.account_id, "x@zoo.example", BOB) == ()
