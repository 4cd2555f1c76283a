"""Deliveries and the outbox."""

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Article, Delivery, table
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
