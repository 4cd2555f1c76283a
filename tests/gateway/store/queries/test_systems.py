"""What is read of installed systems: by name, of one customer, and with few statements where relays ask."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from gateway.desk import systems as desk
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries import systems
from tests.admitting import add_limited
from tests.systems import ask, enrol
from tests.world import NOON, World, mail


@pytest.fixture
def busy(world: World) -> World:
    """Ticket 1 of our customer Acme."""
    world.receive(mail())
    return world


@contextmanager
def said(db: Session) -> Iterator[list[str]]:
    """The statements that go to the database."""
    found: list[str] = []
    event.listen(db.connection(), "before_cursor_execute", lambda *args: found.append(args[2]))
    yield found


def test_they_come_by_name(busy: World) -> None:
    for name in ("beta", "Alpha", "gamma"):
        enrol(busy.ours, name)
    enrol(busy.stranger, "Theirs")
    with session.reading() as db:
        found = desk.of_customer(db, busy.ours.staff, busy.ours.customer)
        assert [one.name for one in found] == ["Alpha", "beta", "gamma"]
        assert {(one.customer, one.customer_name) for one in found} == {(busy.ours.customer, "Acme")}


def test_a_relay_that_asks_every_second_asks_little(busy: World) -> None:
    found = [enrol(busy.ours, f"Server {number}") for number in range(3)]
    ids = [one.id for one in found]
    first, second = ask(busy.ours.staff, found[0]), ask(busy.ours.staff, found[2])
    with session.reading() as db, said(db) as statements:
        told = desk.calls(db, ids, now=NOON)
        assert len(statements) == 2
    assert [(system, public_id) for system, public_id, _sealed in told.calls] == [
        (ids[0], first),
        (ids[2], second),
    ]


def test_a_ticket_s_systems_are_seen_by_who_sees_its_customer(busy: World) -> None:
    one = enrol(busy.ours)
    nobody = add_limited(busy.ours.account_id, [])
    with session.reading() as db:
        assert systems.list_of_ticket(db, Sight(busy.ours.account_id), 1) == (one,)
        assert systems.list_of_ticket(db, nobody.sight, 1) == ()
        assert systems.list_of_ticket(db, Sight(busy.stranger.account_id), 1) == ()
        assert systems.find(db, Sight(busy.stranger.account_id), one.public_id) is None
        assert systems.find_known(db, "nobody") is None
