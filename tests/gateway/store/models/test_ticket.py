"""A ticket and what hangs on it."""

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Article, Participant, Ticket, TicketEvent, table
from tests.world import NOON, World, mail, ticket_row


def test_what_hangs_on_a_ticket_goes_with_it_and_links_to_it_are_cut(world: World) -> None:
    world.receive(mail())
    world.receive(mail(sender="Eve <eve@evil.example>", subject="[#1]"))
    first = ticket_row(1)
    assert ticket_row(2).maybe_belongs_to_id == first.id
    with session.transaction() as db:
        db.execute(delete(Ticket).where(Ticket.id == first.id))
        for model in (Article, TicketEvent, Participant):
            counted = select(func.count()).where(table(model).c.ticket_id == first.id)
            assert db.execute(counted).scalar() == 0
    assert ticket_row(2).maybe_belongs_to_id is None
    assert world.ledger().tickets == 2


def test_a_number_is_given_once_in_an_account(world: World) -> None:
    values = {"account_id": world.ours.account_id, "number": 1, "subject": "", "status": "new"}
    moments = {"created_at": NOON, "updated_at": NOON}
    with pytest.raises(IntegrityError):
        insert_twice(values | moments)


def insert_twice(values: dict[str, object]) -> None:
    with session.transaction() as db:
        db.execute(insert(Ticket), [values, values])
