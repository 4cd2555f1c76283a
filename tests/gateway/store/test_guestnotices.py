"""When guests were told, and when they looked."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.store import guestnotices, session
from gateway.store.models import GuestNotice, Outbox
from gateway.store.outbox import Topic
from tests.admitting import add_guest
from tests.world import NOON, World, mail

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def ticket(world: World) -> int:
    world.receive(mail())
    return world.detail(1).ticket.id


def told(world: World, ticket: int) -> frozenset[int]:
    with session.reading() as db:
        return guestnotices.who_has_not_looked(db, world.ours.account_id, ticket, since=NOON)


def test_one_who_was_told_is_told_again_when_they_have_looked(world: World, ticket: int) -> None:
    account = world.ours.account_id
    guest = add_guest(account, ticket=1).staff_id or 0
    assert told(world, ticket) == frozenset()
    with session.transaction() as db:
        guestnotices.note_told(db, account, guest, ticket, now=NOON)
    assert told(world, ticket) == {guest}
    with session.transaction() as db:
        guestnotices.note_seen(db, account, guest, ticket, now=LATER)
    assert told(world, ticket) == frozenset()
    with session.transaction() as db:
        guestnotices.note_told(db, account, guest, ticket, now=LATER + timedelta(hours=1))
    assert told(world, ticket) == {guest}
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(GuestNotice)).scalar() == 1
        late = guestnotices.who_has_not_looked(db, account, ticket, since=NOON + timedelta(days=1))
        assert late == frozenset()


def test_a_mail_is_owed_only_where_there_is_a_guest(world: World, ticket: int) -> None:
    def owed() -> list[int]:
        with session.transaction() as db:
            guestnotices.owe(db, world.ours.account_id, ticket, 7, now=NOON)
            mine = select(Outbox.ref_id).where(Outbox.topic == Topic.GUESTS.value)
            return list(db.execute(mine).scalars())

    assert owed() == []
    add_guest(world.ours.account_id, ticket=1)
    assert owed() == [7]
