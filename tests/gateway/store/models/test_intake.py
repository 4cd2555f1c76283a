"""Intakes and offers."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Intake, Mailbox, Quarantined, SenderTally, Ticket
from tests.world import World, mail


def test_the_books_outlive_ticket_mailbox_and_intake(world: World) -> None:
    world.receive(mail())
    before = world.ledger()
    with session.transaction() as db:
        for model in (Ticket, Mailbox, Intake):
            db.execute(delete(model))
    assert world.ledger() == before
    assert before.tickets == 1


def test_a_mail_is_held_back_once_and_its_row_outlives_the_ticket_that_it_names(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        intake_id, account_id = db.execute(select(Intake.id, Intake.account_id)).one()
        held = {
            "public_id": "q" * 16,
            "account_id": account_id,
            "intake_id": intake_id,
            "ticket_id": db.execute(select(Ticket.id)).scalar_one(),
            "reason": "storm",
            "content_hash": "c" * 64,
            "arrived_at": datetime(2026, 5, 4, tzinfo=UTC),
        }
        db.execute(insert(Quarantined), held)
        db.execute(delete(Ticket))
        assert db.execute(select(Quarantined.ticket_id)).scalars().all() == [None]
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(Quarantined), {**held, "public_id": "r" * 16, "ticket_id": None})


def test_a_sender_is_counted_in_one_row_a_window(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        account_id = db.execute(select(Intake.account_id)).scalar_one()
    counted = {
        "account_id": account_id,
        "address": "ann@example.org",
        "window_at": datetime(2026, 5, 4, tzinfo=UTC),
    }
    for _ in range(2):
        with session.transaction() as db:
            db.execute(delete(SenderTally))
            db.execute(insert(SenderTally), counted)
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(SenderTally), counted)
