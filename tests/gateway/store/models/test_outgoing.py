"""Deliveries and the outbox."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Account, Article, AutomaticMail, Delivery, table
from tests.world import World, mail


def test_a_recipient_is_owed_an_article_once(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.reading() as db:
        row = db.execute(select(table(Delivery))).mappings().one()
    again = {name: value for name, value in row.items() if name != "id"}
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(Delivery), again)


def test_deliveries_go_with_their_article(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.transaction() as db:
        db.execute(delete(Article))
        assert db.execute(select(Delivery.id)).first() is None


def test_the_memory_of_automatic_mail_outlives_the_account(world: World) -> None:
    with session.transaction() as db:
        account_id = db.execute(select(Account.id)).scalars().first()
        sent = {"account_id": account_id, "address_hash": "h" * 64, "kind": "acknowledgement"}
        db.execute(insert(AutomaticMail), {**sent, "sent_at": datetime(2026, 5, 4, tzinfo=UTC)})
        db.execute(delete(Account))
        assert db.execute(select(AutomaticMail.account_id)).scalars().all() == [None]
