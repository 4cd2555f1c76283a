"""Mailboxes."""

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import DeliverabilityCheck, Mailbox
from tests.world import NOON, SUPPORT, World, mail, ticket_row


def test_a_mailbox_has_its_limit_and_language_from_the_start(world: World) -> None:
    with session.reading() as db:
        row = db.get(Mailbox, world.ours.mailbox.id)
        assert row is not None
        assert (row.reopen_days, row.locale, row.signature) == (30, "en", "")


def test_an_address_belongs_to_one_mailbox_in_the_installation(world: World) -> None:
    values = {"account_id": world.stranger.account_id, "public_id": "x", "address": SUPPORT}
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(Mailbox), values | {"forwarding_local": "in-x", "created_at": NOON})


def test_tickets_outlive_their_mailbox(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        db.execute(delete(Mailbox))
    assert ticket_row(1).mailbox_id is None


def test_a_mailbox_has_one_look_and_it_goes_with_it(world: World) -> None:
    values = {"account_id": world.ours.account_id, "mailbox_id": world.ours.mailbox.id, "began_at": NOON}
    with session.transaction() as db:
        db.execute(insert(DeliverabilityCheck), values | {"public_id": "a"})
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(DeliverabilityCheck), values | {"public_id": "b"})
    with session.transaction() as db:
        db.execute(delete(Mailbox))
        assert db.execute(select(DeliverabilityCheck.id)).all() == []
