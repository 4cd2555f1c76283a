"""Contacts: known by address whatever its case, placed by their domain, never another account's."""

from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.desk import customers
from gateway.mail.address import Address
from gateway.store import contacts, session
from gateway.store.models import Contact
from tests.hiring import set_columns
from tests.world import ANN, BOB, NOON, Business, World


def recognise(business: Business, who: Address) -> contacts.Known:
    with session.transaction() as db:
        return contacts.recognise(db, business.account_id, who, now=NOON)


def test_somebody_new_becomes_a_contact_and_is_known_from_then_on(world: World) -> None:
    first = recognise(world.ours, Address("Bob", BOB))
    again = recognise(world.ours, Address("Robert", BOB.upper()))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.contact_id == first.contact_id
    assert first.customer_id is None


def test_a_new_one_joins_the_customer_of_its_domain(world: World) -> None:
    known = recognise(world.ours, Address("", ANN.replace("acme", "ACME")))
    assert known.customer_id is not None
    with session.reading() as db:
        mine = contacts.customer_by_domain(db, world.ours.account_id, "acme.example")
        theirs = contacts.customer_by_domain(db, world.stranger.account_id, "acme.example")
        assert contacts.customer_by_domain(db, world.ours.account_id, "sub.acme.example") is None
    assert known.customer_id == mine != theirs


def test_one_that_is_known_joins_a_customer_that_was_named_later(world: World) -> None:
    first = recognise(world.ours, Address("Bob", BOB))
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Late", domains=["elsewhere.example"], now=NOON)
    again = recognise(world.ours, Address("Bob", BOB))
    assert (first.customer_id, again.is_new) == (None, False)
    with session.reading() as db:
        mine = contacts.customer_by_domain(db, world.ours.account_id, "elsewhere.example")
        kept = db.execute(select(Contact.customer_id).where(Contact.id == first.contact_id)).scalar()
    assert again.customer_id == kept == mine


def test_each_account_knows_its_own(world: World) -> None:
    ours, theirs = (recognise(one, Address("Bob", BOB)) for one in (world.ours, world.stranger))
    assert theirs.is_new
    assert ours.contact_id != theirs.contact_id


def test_names_and_addresses_of_any_length_are_kept_once(world: World) -> None:
    endless = Address("n" * 1000, f"{'x' * 500}@acme.example")
    first, again = (recognise(world.ours, endless) for _ in range(2))
    assert (again.contact_id, again.is_new) == (first.contact_id, False)
    with session.reading() as db:
        assert db.execute(select(func.length(Contact.name))).scalar() == 300


def test_staff_is_known_by_address_in_its_own_account_only(world: World) -> None:
    with session.reading() as db:
        assert contacts.is_staff_address(db, world.ours.account_id, "SAM@ours.example")
        assert not contacts.is_staff_address(db, world.stranger.account_id, "sam@ours.example")
        assert not contacts.is_staff_address(db, world.ours.account_id, "%@ours.example")


def test_an_address_has_one_owner(world: World) -> None:
    ours = world.ours.account_id
    bob = recognise(world.ours, Address("Bob", BOB)).contact_id
    ann = recognise(world.ours, Address("Ann", ANN)).contact_id
    with session.transaction() as db:
        assert contacts.add_address(db, ours, bob, "b@home.example")
        assert not contacts.add_address(db, ours, ann, "b@home.example")
        assert contacts.addresses_of(db, ours, bob) == (BOB, "b@home.example")
        contacts.remove_address(db, ours, ann, "b@home.example")  # not hers to take away
        contacts.remove_address(db, ours, bob, BOB)
        assert contacts.addresses_of(db, ours, bob) == ("b@home.example",)
        assert contacts.addresses_of(db, world.stranger.account_id, bob) == ()


def test_the_words_of_a_contact_follow_its_name_and_addresses(world: World) -> None:
    bob = recognise(world.ours, Address("Bob", BOB)).contact_id

    def words() -> str:
        with session.reading() as db:
            return db.execute(select(Contact.words).where(Contact.id == bob)).scalar_one()

    assert words() == "bob bob elsewhere example"
    with session.transaction() as db:
        contacts.add_address(db, world.ours.account_id, bob, "b@home.example")
        contacts.write(db, world.ours.account_id, bob, {"name": "Röb"})
    assert words() == "rob bob elsewhere example b home example"


@pytest.mark.parametrize(
    "change", [{"role": "guest"}, {"deactivated_at": NOON}, {"email_confirmed_at": None}], ids=repr
)
def test_guests_who_left_and_who_only_say_so_are_no_staff(world: World, change: dict[str, Any]) -> None:
    set_columns(world.ours.staff, **change)
    with session.reading() as db:
        assert not contacts.is_staff_address(db, world.ours.account_id, "sam@ours.example")
