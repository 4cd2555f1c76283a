"""Erasures as rows: one worker at a time, nothing left of what it was of."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.errors import Conflict, NotFound
from gateway.rules.erasure import ErasureKind, Scope, State, Step
from gateway.rules.status import Status
from gateway.store import erasures, outbox, session
from gateway.store.erased import items
from gateway.store.erased.items import Item
from gateway.store.erasures import LEASE, Task
from gateway.store.models import Erasure
from gateway.store.outbox import Topic
from tests.erasing import key_of
from tests.world import NOON, World

SCOPE = Scope(ErasureKind.CONTACT, "c1")


def ask(world: World, scope: Scope = SCOPE, *, due_at: timedelta = timedelta()) -> str:
    by = world.ours.owner
    with session.transaction() as db:
        return erasures.ask(db, by.account_id, by.staff_id, scope, ("a1",), now=NOON, due_at=NOON + due_at)


def begin(public_id: str, at: timedelta = timedelta()) -> Task | None:
    key = key_of(public_id)
    with session.transaction() as db:
        return erasures.begin(db, key, now=NOON + at)


def begun(public_id: str, at: timedelta = timedelta()) -> Task:
    task = begin(public_id, at)
    assert task is not None
    return task


def test_the_same_is_not_erased_twice_at_once_but_something_else_is(world: World) -> None:
    ask(world)
    with pytest.raises(Conflict):
        ask(world)
    ask(world, Scope(ErasureKind.CONTACT, "c2"))
    closed, spam = (Scope(ErasureKind.RANGE, "", None, NOON, (one,)) for one in (Status.CLOSED, Status.SPAM))
    ask(world, closed)
    ask(world, spam)
    with pytest.raises(Conflict):
        ask(world, spam)


def test_one_worker_at_a_time_has_it(world: World) -> None:
    made = ask(world)
    task = begun(made)
    assert (task.scope, task.quoted, task.step) == (SCOPE, ["a1"], Step.PLAN)
    assert task.account == world.ours.public_id
    assert begin(made, LEASE - timedelta(seconds=1)) is None
    other = begun(made, LEASE)
    assert other.token != task.token
    with session.transaction() as db:
        assert not erasures.beat(db, task, now=NOON)
        assert not erasures.finish(db, task, "", now=NOON)
    with pytest.raises(Conflict), session.transaction() as db:
        erasures.enter(db, task, Step.TICKETS)
    with pytest.raises(Conflict), session.transaction() as db:
        erasures.count(db, task, {"tickets": 1})


def test_the_next_one_goes_on_at_the_step_of_the_one_before(world: World) -> None:
    made = ask(world)
    task = begun(made)
    with session.transaction() as db:
        erasures.enter(db, task, Step.BLOBS)
        erasures.count(db, task, {"tickets": 2, "files": 0})
        erasures.count(db, task, {"tickets": 1})
        erasures.let_go(db, task, due_at=NOON)
    assert begun(made).step is Step.BLOBS
    with session.reading() as db:
        progress = erasures.get(db, world.ours.account_id, made)
    assert (progress.counts, progress.state, progress.begun_at) == ({"tickets": 3}, State.RUNNING, NOON)


def test_a_beat_keeps_it(world: World) -> None:
    made = ask(world)
    task = begun(made)
    with session.transaction() as db:
        assert erasures.beat(db, task, now=NOON + LEASE, lease=3 * LEASE)
    assert begin(made, 3 * LEASE) is None
    assert begin(made, 4 * LEASE) is not None


def test_when_it_is_done_nothing_says_what_it_was_of(world: World) -> None:
    made = ask(world)
    task = begun(made)
    with session.transaction() as db:
        items.add_refs(db, task.id, Item.ADDRESS, ["ann@acme.example"])
        assert erasures.finish(db, task, "{}", now=NOON)
        row = db.execute(select(Erasure)).scalar_one()
        assert (row.subject_id, row.quoted, row.statuses, row.staff_id) == ("", [], [], None)
        assert not items.some_refs(db, task.id, Item.ADDRESS, 1)
        assert outbox.depth(db, Topic.ERASE) == 0
        progress = erasures.progress_of(db, task)
    assert (progress.state, progress.receipt, progress.done_at) == (State.DONE, "{}", NOON)
    assert begin(made) is None


def test_what_is_due_later_wakes_nobody_yet(world: World) -> None:
    ask(world, due_at=timedelta(days=1))
    with session.transaction() as db:
        assert not outbox.claim_due(db, now=NOON + timedelta(hours=23), limit=9, topic=Topic.ERASE)
        assert outbox.claim_due(db, now=NOON + timedelta(days=2), limit=9, topic=Topic.ERASE)


def test_another_account_sees_none_of_it(world: World) -> None:
    made = ask(world)
    with session.reading() as db:
        assert [one.public_id for one in erasures.list_of(db, world.ours.account_id)] == [made]
        assert erasures.list_of(db, world.stranger.account_id) == []
        with pytest.raises(NotFound):
            erasures.get(db, world.stranger.account_id, made)
        found = erasures.find_receipt(db, made)
        assert found is not None
        assert found.receipt == ""
        assert erasures.find_receipt(db, "none") is None


def test_work_on_one_that_is_gone_is_forgotten(world: World) -> None:
    with session.transaction() as db:
        outbox.put(db, Topic.ERASE, 999, now=NOON)
        assert erasures.begin(db, 999, now=NOON) is None
        assert outbox.depth(db, Topic.ERASE) == 0
