"""Looking at many tickets again: owed once, in steps, and only where something is promised."""

from datetime import timedelta

from sqlalchemy import select

from gateway.rules.due import Targets
from gateway.store import duework, outbox, session
from gateway.store.models import Outbox
from gateway.store.outbox import Topic
from tests.promising import HOURS, promise
from tests.world import NOON, World, mail, ticket_row

HOUR = timedelta(hours=1)


def owed() -> list[int]:
    with session.reading() as db:
        mine = select(Outbox.ref_id).where(Outbox.topic == Topic.DUE.value)
        return list(db.execute(mine).scalars())


def test_several_changes_in_a_row_are_one_look(world: World) -> None:
    promise(world)
    promise(world, Targets(first_answer=HOURS(1)))
    assert owed() == [world.ours.account_id]


def test_a_change_during_a_look_is_another_one(world: World) -> None:
    promise(world)
    later = NOON + timedelta(seconds=2)
    with session.transaction() as db:
        assert len(outbox.claim_due(db, now=later, limit=10, topic=Topic.DUE)) == 1
        duework.owe(db, world.ours.account_id, now=later)
    assert owed() == [world.ours.account_id] * 2


def test_nothing_is_owed_where_nothing_was_or_is_promised(world: World) -> None:
    promise(world, Targets(by_priority=True))
    assert owed() == []
    with session.reading() as db:
        assert not duework.has_targets(db, world.ours.account_id)


def test_a_step_goes_on_behind_the_last_and_ends(world: World) -> None:
    for _ in range(3):
        world.receive(mail())
    promise(world)
    newest = ticket_row(3).id
    with session.transaction() as db:
        last = duework.settle_some(db, world.ours.account_id, seen=0, now=NOON)
        assert last == newest
        assert duework.settle_some(db, world.ours.account_id, seen=last, now=NOON) is None
        assert duework.settle_some(db, world.stranger.account_id, seen=0, now=NOON) is None
    assert ticket_row(2).due_at == NOON + timedelta(minutes=1) + 4 * HOUR
