"""Due times seen again by a worker: all open tickets, in steps, and the row goes at the end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.inbound.duetimes import see_again
from gateway.rules.status import Status
from gateway.store import outbox, session
from gateway.store.models import Outbox
from gateway.store.outbox import OutboxRow, Topic
from gateway.store.queries.tickets import Order, TicketFilter, list_tickets
from tests import world as cast
from tests.databases import Databases, configured
from tests.promising import promise
from tests.world import NOON, World, mail, ticket_row


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        yield cast.build(tmp_path, databases.given(db_url))


def row() -> OutboxRow:
    with session.reading() as db:
        mine = select(Outbox.id).where(Outbox.topic == Topic.DUE.value)
        found = outbox.get(db, db.execute(mine).scalar_one())
    assert found is not None
    return found


def test_every_open_ticket_is_seen_in_steps(world: World) -> None:
    for _ in range(5):
        world.receive(mail())
    world.move(5, Status.CLOSED)
    promise(world)
    assert see_again(row(), clock=world.clock) == 2
    assert [ticket_row(n).due_at - NOON for n in (1, 4)] == [
        timedelta(hours=4),
        timedelta(hours=4, minutes=3),
    ]
    assert ticket_row(5).due_for == ""
    with session.reading() as db:
        assert db.execute(select(Outbox.id).where(Outbox.topic == Topic.DUE.value)).first() is None
        found = list_tickets(db, world.ours.owner.sight, TicketFilter(order=Order.DUE), limit=2)
        assert [one.number for one in found.items] == [1, 2]
        again = list_tickets(
            db, world.ours.owner.sight, TicketFilter(order=Order.DUE), after=found.next, limit=3
        )
        assert [one.number for one in again.items] == [3, 4]
