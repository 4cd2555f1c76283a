"""Customers: named freely, with domains that are theirs alone."""

import pytest

from gateway.desk import customers, groups
from gateway.desk.customers import MAX_DOMAINS, MAX_NAME_CHARS, MAX_NOTE_CHARS, Removal
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.queries.contacts import ContactFilter, list_contacts
from gateway.store.queries.customers import CustomerView, get_customer
from gateway.store.queries.groups import get_group
from tests.world import BOB, NOON, World, mail, ticket_row


def create(world: World, name: str = "Beta", domains: tuple[str, ...] = ()) -> str:
    with session.transaction() as db:
        return customers.create(db, world.ours.staff, name=name, domains=domains, now=NOON)


def view(world: World, public_id: str) -> CustomerView:
    with session.reading() as db:
        return get_customer(db, Sight(world.ours.account_id), public_id)


def test_a_name_is_free_within_its_length(world: World) -> None:
    for name in ("x", "Müller & Söhne  GmbH \n", "n" * MAX_NAME_CHARS):
        assert view(world, create(world, name)).name == " ".join(name.split())


@pytest.mark.parametrize("name", ["", "  ", "n" * (MAX_NAME_CHARS + 1)])
def test_no_name_or_an_endless_one_is_invalid(world: World, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(world, name)
    assert caught.value.field == "name"


def test_domains_are_kept_in_one_form(world: World) -> None:
    made = create(world, domains=("@Beta.Example", "beta.example", "BÜCHER.example", " sub.beta.example "))
    assert view(world, made).domains == ("beta.example", "sub.beta.example", "xn--bcher-kva.example")


@pytest.mark.parametrize("domain", ["", "localhost", "a b.example", "a@b.example", "x" * 260 + ".de", "%"])
def test_what_is_no_domain_is_invalid(world: World, domain: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(world, domains=(domain,))
    assert caught.value.field == "domains"


def test_too_many_domains_are_invalid(world: World) -> None:
    many = tuple(f"d{n}.example" for n in range(MAX_DOMAINS + 1))
    create(world, domains=many[:-1])
    with pytest.raises(Invalid):
        create(world, domains=tuple(f"x{one}" for one in many))


def test_a_domain_belongs_to_one_customer_of_an_account(world: World) -> None:
    with pytest.raises(Conflict):
        create(world, domains=("ACME.example",))
    assert view(world, world.ours.customer).domains == ("acme.example",)  # and to the stranger's as well


def test_a_change_touches_what_it_names(world: World) -> None:
    made = create(world, domains=("beta.example",))
    with session.transaction() as db:
        customers.change(db, world.ours.staff, made, name="Gamma")
    assert (view(world, made).name, view(world, made).domains) == ("Gamma", ("beta.example",))
    with session.transaction() as db:
        customers.change(db, world.ours.staff, made, domains=("gamma.example", "beta.example"))
        customers.change(db, world.ours.staff, made, domains=("gamma.example",))
    assert (view(world, made).name, view(world, made).domains) == ("Gamma", ("gamma.example",))


def test_a_known_person_moves_with_their_tickets(world: World) -> None:
    world.receive(mail(sender=f"Bob <{BOB}>"))
    assert ticket_row(1).customer_id is None
    made = create(world)
    with session.transaction() as db:
        customers.add_contact(db, world.ours.staff, made, name="", address=BOB.upper(), now=NOON)
    (contact,) = view(world, made).contacts
    assert (contact.name, contact.addresses) == ("Bob", (BOB,))
    customer = world.detail(1).ticket.customer
    assert customer is not None
    assert customer.public_id == made


def test_a_person_needs_an_address(world: World) -> None:
    with pytest.raises(Invalid), session.transaction() as db:
        customers.add_contact(db, world.ours.staff, world.ours.customer, name="x", address="no", now=NOON)


def test_a_note_is_kept_within_its_length(world: World) -> None:
    made = create(world)
    with session.transaction() as db:
        customers.change(db, world.ours.staff, made, note=" n" * (MAX_NOTE_CHARS // 2) + "\r\n")
        with pytest.raises(Invalid) as caught:
            customers.change(db, world.ours.staff, made, note="n" * (MAX_NOTE_CHARS + 1))
    assert caught.value.field == "note"
    assert len(view(world, made).note) == MAX_NOTE_CHARS - 1


def test_a_customer_is_deleted_while_people_and_tickets_stay(world: World) -> None:
    for number in (1, 2):
        world.receive(mail(sender="Ann <ann@acme.example>", subject=f"{number}"))
    world.move(1, Status.CLOSED)
    acme = world.ours.customer
    with session.reading() as db:
        assert customers.removal_of(db, world.ours.staff, acme) == Removal(1, 2, 1, 0)
    with session.transaction() as db:
        group = groups.create(db, world.ours.staff, name="North", now=NOON)
        groups.put_in(db, world.ours.staff, group, customer=acme)
        customers.remove(db, world.ours.staff, acme, now=NOON)
    with pytest.raises(NotFound):
        view(world, acme)
    assert [world.detail(number).ticket.customer for number in (1, 2)] == [None, None]
    create(world, "New", ("acme.example",))  # its domain is free again
    with session.reading() as db:
        assert get_group(db, Sight(world.ours.account_id), group).customer_count == 0
        assert len(list_contacts(db, Sight(world.ours.account_id), ContactFilter(loose=True)).items) == 1


def test_a_strangers_customer_is_not_found(world: World) -> None:
    with session.transaction() as db:
        with pytest.raises(NotFound):
            customers.change(db, world.stranger.owner, world.ours.customer, name="x")
        with pytest.raises(NotFound):
            customers.removal_of(db, world.stranger.owner, world.ours.customer)
        with pytest.raises(NotFound):
            customers.remove(db, world.stranger.owner, world.ours.customer, now=NOON)
        with pytest.raises(NotFound):
            customers.add_contact(
                db, world.stranger.owner, world.ours.customer, name="", address=BOB, now=NOON
            )
