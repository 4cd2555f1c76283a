"""Requests for deletion as rows: one a ticket, with what is merged into it, gone with what is erased."""

import pytest
from sqlalchemy import select, update

from gateway.mail.address import Address
from gateway.store import deletionrequests as requests
from gateway.store import expiring, session
from gateway.store.deletionrequests import Because, NewRequest
from gateway.store.models import DeletionRequest, Ticket
from tests.world import ANN, BOB, NOON, World, mail, ticket_row


def note(ticket_id: int, *, address: str = ANN, asked: bool = True) -> None:
    new = NewRequest(1, ticket_id, 1, address, "en", Because.WORDS, NOON if asked else None)
    with session.transaction() as db:
        requests.note(db, new, now=NOON)


def hear(ticket_id: int, sender: str, *, is_proven: bool = True) -> bool | None:
    with session.transaction() as db:
        return requests.hear(db, 1, [ticket_id], Address("", sender), is_proven=is_proven, now=NOON)


def count() -> int:
    with session.reading() as db:
        return len(db.execute(select(DeletionRequest.id)).all())


@pytest.fixture
def ticket(world: World) -> int:
    """The row of a ticket that asks."""
    world.receive(mail())
    note(ticket_row(1).id)
    return ticket_row(1).id


def test_a_ticket_asks_once(ticket: int) -> None:
    note(ticket, address=BOB)
    with session.reading() as db:
        assert requests.is_noted(db, ticket)
        assert not requests.is_noted(db, ticket + 1)
        found = requests.of_ticket(db, 1, ticket)
    assert found is not None
    assert found.address == ANN


def test_another_account_sees_nothing_of_it(ticket: int) -> None:
    with session.reading() as db:
        assert requests.of_ticket(db, 2, ticket) is None


def test_what_was_merged_into_a_ticket_asks_there(world: World, ticket: int) -> None:
    world.receive(mail(sender=BOB))
    into = ticket_row(2).id
    with session.transaction() as db:
        db.execute(update(Ticket).where(Ticket.id == ticket).values(merged_into_id=into))
        found = requests.of_ticket(db, 1, into)
    assert found is not None
    with session.transaction() as db:
        assert len(requests.tie(db, 1, "e1", requests.in_ticket(1, 2))) == 1


@pytest.mark.parametrize(("asked", "erasure"), [(True, ""), (False, "e1"), (False, "")])
def test_who_was_asked_in_a_merged_ticket_is_not_asked_again(
    world: World, *, asked: bool, erasure: str
) -> None:
    for sender in (ANN, BOB):
        world.receive(mail(sender=sender))
    merged, into = ticket_row(1).id, ticket_row(2).id
    note(merged, asked=asked)
    with session.transaction() as db:
        db.execute(update(DeletionRequest).values(erasure=erasure))
        apart = requests.find_asking(db, 1, into)
        db.execute(update(Ticket).where(Ticket.id == merged).values(merged_into_id=into))
        found = requests.find_asking(db, 1, into)
    assert apart is not None
    assert (found is None) is (asked or erasure != "")


def test_the_same_address_in_other_letters_confirms(ticket: int) -> None:
    assert hear(ticket, ANN.upper()) is True
    assert hear(ticket, ANN) is None


def test_who_was_not_asked_confirms_nothing(world: World) -> None:
    world.receive(mail())
    note(ticket_row(1).id, asked=False)
    assert hear(ticket_row(1).id, ANN) is None


def test_what_is_being_carried_out_needs_no_confirmation(ticket: int) -> None:
    with session.transaction() as db:
        requests.tie(db, 1, "e1", requests.in_ticket(1, 1))
        assert requests.tie(db, 1, "e2", requests.in_ticket(1, 1)) == []
    assert hear(ticket, ANN) is None


def test_an_erased_ticket_takes_its_request_along(ticket: int) -> None:
    with session.transaction() as db:
        (asker,) = requests.tie(db, 1, "e1", requests.in_ticket(1, 1))
        requests.leave_tickets(db, [ticket])
    assert (asker.address, asker.locale, count()) == (ANN, "en", 0)


def test_an_erased_address_takes_its_requests_along(ticket: int) -> None:
    with session.transaction() as db:
        requests.forget_addresses(db, 2, [ANN])
        requests.forget_addresses(db, 1, [BOB])
    assert count() == 1
    with session.transaction() as db:
        requests.forget_addresses(db, 1, [ANN])
    assert count() == 0


def test_a_request_whose_ticket_has_gone_otherwise_is_swept(ticket: int) -> None:
    with session.transaction() as db:
        expiring.forget_expired(db, now=NOON)
    assert count() == 1
    with session.transaction() as db:
        db.execute(update(DeletionRequest).values(ticket_id=None))
        expiring.forget_expired(db, now=NOON)
    assert count() == 0


def test_of_a_ticket_that_stays_only_the_address_is_forgotten(ticket: int) -> None:
    with session.transaction() as db:
        requests.tie(db, 1, "e1", requests.in_ticket(1, 1))
        requests.forget_addresses(db, 1, [ANN])
        found = requests.of_ticket(db, 1, ticket)
    assert found is not None
    assert (found.address, found.erasure) == ("", "e1")
