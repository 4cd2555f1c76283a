"""What a mailbox and a group promise: kept by who manages the account, and true for open tickets too."""

import pytest

from gateway.desk import groups, promises
from gateway.desk.promises import GroupPromise
from gateway.errors import Denied, NotFound
from gateway.rules.due import Targets
from gateway.store import duework, session
from tests.promising import HOURS, OFFICE, USUAL, promise, promise_group
from tests.world import NOON, World


def test_a_mailboxs_promise_is_kept(world: World) -> None:
    box = world.ours.mailbox.public_id
    with session.reading() as db:
        assert promises.find_targets(db, world.ours.account_id, box) == Targets()
    promise(world)
    with session.reading() as db:
        assert promises.find_targets(db, world.ours.account_id, box) == USUAL
        assert duework.has_targets(db, world.ours.account_id)
        assert not duework.has_targets(db, world.stranger.account_id)
    promise(world, Targets())
    with session.reading() as db:
        assert not duework.has_targets(db, world.ours.account_id)


def test_a_groups_promise_is_kept_with_its_hours(world: World) -> None:
    with session.transaction() as db:
        group = groups.create(db, world.ours.owner, name="North", now=NOON)
    promise_group(world, group, Targets(next_answer=HOURS(1)), hours=OFFICE)
    with session.reading() as db:
        found = promises.find_group_promise(db, world.ours.owner.sight, group)
    assert found == GroupPromise(Targets(next_answer=HOURS(1)), OFFICE)
    promise_group(world, group, Targets())
    with session.reading() as db:
        assert promises.find_group_promise(db, world.ours.owner.sight, group) == GroupPromise(Targets(), None)


def test_staff_promise_nothing_and_strangers_find_nothing(world: World) -> None:
    box = world.ours.mailbox.public_id
    with session.transaction() as db:
        group = groups.create(db, world.ours.owner, name="North", now=NOON)
    plain = GroupPromise(USUAL, None)
    with session.transaction() as db:
        with pytest.raises(Denied):
            promises.change_targets(db, world.ours.staff, box, USUAL, now=NOON)
        with pytest.raises(Denied):
            promises.change_group_promise(db, world.ours.staff, group, plain, now=NOON)
        with pytest.raises(NotFound):
            promises.change_targets(db, world.stranger.owner, box, USUAL, now=NOON)
        with pytest.raises(NotFound):
            promises.change_group_promise(db, world.stranger.owner, group, plain, now=NOON)
        with pytest.raises(NotFound):
            promises.find_group_promise(db, world.stranger.owner.sight, group)
        with pytest.raises(NotFound):
            promises.find_targets(db, world.stranger.account_id, box)
