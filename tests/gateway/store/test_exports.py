"""Exports that were asked for: one worker at a time, a try anew after silence, gone after a week."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.errors import Conflict, NotFound
from gateway.rules.access import Actor
from gateway.rules.exporting import LASTS, MOST_TRIES, Scope, State
from gateway.store import exports, outbox, session
from gateway.store.exports import LEASE, ExportView, Task
from gateway.store.models import Export
from gateway.store.outbox import Topic
from tests.world import NOON, World

LATER = NOON + LEASE


def ask(by: Actor) -> str:
    with session.transaction() as db:
        return exports.ask(
            db,
            by.account_id,
            by.staff_id or 0,
            scope=Scope.CONTACT,
            subject_id="c",
            with_notes=True,
            now=NOON,
        )


def key_of(public_id: str) -> int:
    with session.reading() as db:
        return db.execute(select(Export.id).where(Export.public_id == public_id)).scalar_one()


def begin(public_id: str, at: timedelta = timedelta()) -> Task | None:
    key = key_of(public_id)
    with session.transaction() as db:
        return exports.begin(db, key, now=NOON + at)


def begun(public_id: str, at: timedelta = timedelta()) -> Task:
    task = begin(public_id, at)
    assert task is not None
    return task


def view(by: Actor, public_id: str) -> ExportView:
    with session.reading() as db:
        return exports.get(db, by.account_id, by.staff_id or 0, public_id, now=NOON)


def owed() -> int:
    with session.reading() as db:
        return outbox.depth(db, Topic.EXPORT)


def test_what_is_asked_for_is_owed_and_made_once(world: World) -> None:
    by = world.ours.owner
    made = ask(by)
    assert (view(by, made).state, owed()) == (State.WAITING, 1)
    task = begun(made)
    assert (task.scope, task.subject_id, task.with_notes, task.email) == (
        Scope.CONTACT,
        "c",
        True,
        "owner@ours.example",
    )
    assert begin(made) is None
    with session.transaction() as db:
        assert exports.beat(db, task, done=3, total=9, now=NOON)
    assert (view(by, made).done, view(by, made).total) == (3, 9)
    with session.transaction() as db:
        assert exports.finish(db, task, size_bytes=77, now=NOON)
    assert (view(by, made).state, view(by, made).size_bytes, owed()) == (State.READY, 77, 0)
    assert begin(made, LEASE) is None


def test_after_a_minute_of_silence_the_next_one_begins_anew(world: World) -> None:
    made = ask(world.ours.owner)
    first = begun(made)
    with session.transaction() as db:
        rows = outbox.claim_due(db, now=LATER, limit=9, topic=Topic.EXPORT)
    assert [row.ref_id for row in rows] == [first.id]
    second = begun(made, LEASE)
    with session.transaction() as db:
        assert not exports.beat(db, first, done=1, total=1, now=LATER)
        assert not exports.finish(db, first, size_bytes=1, now=LATER)
        assert exports.finish(db, second, size_bytes=2, now=LATER)


def test_who_lets_go_has_not_tried(world: World) -> None:
    made = ask(world.ours.owner)
    for _ in range(MOST_TRIES + 1):
        task = begun(made)
        with session.transaction() as db:
            exports.let_go(db, task, now=NOON)


def test_what_fails_again_and_again_has_failed(world: World) -> None:
    made = ask(world.ours.owner)
    for number in range(MOST_TRIES):
        begun(made, number * LEASE)
    task = begun(made, MOST_TRIES * LEASE)
    assert task.is_over
    with session.transaction() as db:
        assert exports.fail(db, task)
        assert not exports.fail(db, task)
    assert (view(world.ours.owner, made).state, owed()) == (State.FAILED, 0)
    assert begin(made, 2 * MOST_TRIES * LEASE) is None


def test_a_person_waits_for_one_at_a_time(world: World) -> None:
    made = ask(world.ours.owner)
    with pytest.raises(Conflict):
        ask(world.ours.owner)
    ask(world.ours.staff)
    task = begun(made)
    with session.transaction() as db:
        exports.finish(db, task, size_bytes=1, now=NOON)
    again = ask(world.ours.owner)
    with session.reading() as db:
        mine = exports.list_of(db, world.ours.account_id, world.ours.owner.staff_id or 0, now=NOON)
    assert [one.public_id for one in mine] == [again, made]


@pytest.mark.parametrize("who", ["staff", "stranger"])
def test_nobody_elses_is_there(world: World, who: str) -> None:
    other = world.ours.staff if who == "staff" else world.stranger.owner
    made = ask(world.ours.owner)
    with pytest.raises(NotFound):
        view(other, made)
    with session.transaction() as db, pytest.raises(NotFound):
        exports.remove(db, other.account_id, other.staff_id or 0, made)


def test_what_is_given_up_is_not_made(world: World) -> None:
    by, made = world.ours.owner, ask(world.ours.owner)
    task = begun(made)
    with session.transaction() as db:
        exports.remove(db, by.account_id, by.staff_id or 0, made)
        assert not exports.beat(db, task, done=0, total=0, now=NOON)
        assert exports.live_ids(db) == frozenset()
    assert owed() == 0


def test_after_a_week_it_is_gone(world: World) -> None:
    by, made = world.ours.owner, ask(world.ours.owner)
    task = begun(made)
    with session.transaction() as db:
        exports.finish(db, task, size_bytes=1, now=LATER)
    for at, is_there in ((LATER + LASTS - timedelta(seconds=1), True), (LATER + LASTS, False)):
        with session.reading() as db:
            assert bool(exports.list_of(db, by.account_id, by.staff_id or 0, now=at)) is is_there


def test_an_export_that_is_gone_is_no_work(world: World) -> None:
    with session.transaction() as db:
        outbox.put(db, Topic.EXPORT, 999, now=NOON)
        assert exports.begin(db, 999, now=NOON) is None
    assert owed() == 0


def test_all_of_an_account_are_given_up_at_once(world: World) -> None:
    made, theirs = ask(world.ours.owner), ask(world.stranger.owner)
    with session.transaction() as db:
        assert exports.remove_all_of(db, world.ours.account_id) == [made]
        assert outbox.depth(db, Topic.EXPORT) == 1
        assert exports.live_ids(db) == {theirs}
