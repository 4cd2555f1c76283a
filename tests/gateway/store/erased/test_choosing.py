"""What an erasure takes of what is there, and what it leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.rules.erasure import ErasureKind, Scope
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.erased import choosing
from gateway.store.erased.choosing import Going
from gateway.store.models import Contact, Ticket
from tests import world as cast
from tests.erasing import contact_of
from tests.world import ANN, BOB, NOON, World, mail


def going(world: World, scope: Scope) -> Going:
    with session.reading() as db:
        addresses = choosing.addresses_of(db, world.ours.account_id, scope)
    return choosing.going(world.ours.account_id, scope, addresses)


def numbers(world: World, scope: Scope) -> list[int]:
    found = going(world, scope)
    with session.reading() as db:
        tickets = select(Ticket.number).where(Ticket.id.in_(found.tickets)).order_by(Ticket.number)
        return list(db.execute(tickets).scalars())


def is_there(world: World, scope: Scope) -> bool:
    with session.reading() as db:
        return choosing.is_there(db, world.ours.account_id, scope)


@pytest.fixture
def filled(world: World) -> World:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    world.receive(mail(sender=f"Bob <{BOB}>"), mail_from=BOB)
    world.receive(mail(sender="Cid <cid@acme.example>"), mail_from="cid@acme.example")
    return world


def test_a_contact_takes_the_tickets_in_which_it_asked(filled: World) -> None:
    assert numbers(filled, Scope(ErasureKind.CONTACT, contact_of(ANN))) == [1]


def test_one_that_became_part_of_another_stands_for_both(filled: World) -> None:
    ann, bob = contact_of(ANN), contact_of(BOB)
    with session.transaction() as db:
        ids = {row.public_id: row.id for row in db.execute(select(Contact.public_id, Contact.id))}
        db.execute(update(Contact).where(Contact.id == ids[bob]).values(merged_into_id=ids[ann]))
    for one in (ann, bob):
        with session.reading() as db:
            scope = Scope(ErasureKind.CONTACT, one)
            found = db.execute(choosing.contacts_of(filled.ours.account_id, scope)).scalars().all()
        assert set(found) == {ids[ann], ids[bob]}


def test_a_customer_takes_whoever_writes_from_its_domains(filled: World) -> None:
    scope = Scope(ErasureKind.CUSTOMER, filled.ours.customer)
    assert numbers(filled, scope) == [1, 3]
    with session.reading() as db:
        addresses = choosing.addresses_of(db, filled.ours.account_id, scope)
    assert set(addresses) == {ANN, "cid@acme.example"}


def test_a_time_takes_its_beginning_and_not_its_end(filled: World) -> None:
    with session.reading() as db:
        at = db.execute(select(Ticket.updated_at).order_by(Ticket.number)).scalars().all()
    assert numbers(filled, Scope(ErasureKind.RANGE, "", at[0], at[2])) == [1, 2]
    assert numbers(filled, Scope(ErasureKind.RANGE, "", None, at[1])) == [1]
    second = timedelta(seconds=1)
    assert numbers(filled, Scope(ErasureKind.RANGE, "", at[1] + second, at[2] + second)) == [3]


def test_a_time_takes_tickets_in_some_states_alone(filled: World) -> None:
    filled.move(2, Status.CLOSED)
    later = filled.clock.now() + timedelta(days=1)
    assert numbers(filled, Scope(ErasureKind.RANGE, "", None, later, (Status.CLOSED,))) == [2]


def test_an_account_takes_all_of_its_own(filled: World) -> None:
    filled.receive(mail(to=cast.FOREIGN), cast.FOREIGN)
    assert numbers(filled, Scope(ErasureKind.ACCOUNT)) == [1, 2, 3]


def test_a_ticket_that_was_merged_is_the_one_it_leads_to(filled: World) -> None:
    with session.transaction() as db:
        one = db.execute(select(Ticket.id).where(Ticket.number == 1)).scalar_one()
        db.execute(update(Ticket).where(Ticket.number == 2).values(merged_into_id=one))
    assert numbers(filled, Scope(ErasureKind.TICKET, "2")) == [1, 2]
    assert numbers(filled, Scope(ErasureKind.TICKET, "1")) == [1, 2]


def test_what_is_there_is_found_and_nothing_of_another_account(filled: World) -> None:
    there = [
        Scope(ErasureKind.CONTACT, contact_of(ANN)),
        Scope(ErasureKind.CUSTOMER, filled.ours.customer),
        Scope(ErasureKind.TICKET, "3"),
        Scope(ErasureKind.RANGE, "", None, NOON),
        Scope(ErasureKind.ACCOUNT),
    ]
    assert all(is_there(filled, scope) for scope in there)
    foreign = filled.stranger.account_id
    with session.reading() as db:
        assert not any(choosing.is_there(db, foreign, scope) for scope in there[:3])


@pytest.mark.parametrize("number", ["0", "4", "x", "-1", "1.0", "9" * 30, "²"])
def test_a_ticket_that_is_none_is_not_there(filled: World, number: str) -> None:
    assert not is_there(filled, Scope(ErasureKind.TICKET, number))


@pytest.mark.parametrize("kind", [ErasureKind.CONTACT, ErasureKind.CUSTOMER, ErasureKind.ATTACHMENT])
def test_what_is_named_and_unknown_is_not_there(filled: World, kind: ErasureKind) -> None:
    assert not is_there(filled, Scope(kind, "none"))
