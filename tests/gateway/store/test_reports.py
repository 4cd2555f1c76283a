"""Reports as they are kept: asked for once, fresh for a while, apart by account and by sight."""

from datetime import date, timedelta

from sqlalchemy import select

from gateway.rules.reporting import Numbers, Question
from gateway.store import outbox, reports, session
from gateway.store.models import Outbox, Report
from gateway.store.outbox import Topic
from tests.world import NOON, World

WEEK = Question(date(2026, 2, 24), date(2026, 3, 2))
MINUTE = timedelta(minutes=1)


def numbers() -> Numbers:
    return Numbers(
        ("2026-02-24",), (1,), (0,), (1,), (None,), (None,), (None,), (None,), ((0,),), {}, 0, 0, (), (), ()
    )


def owed() -> list[int]:
    with session.reading() as db:
        mine = select(Outbox.ref_id).where(Outbox.topic == Topic.REPORT.value)
        return list(db.execute(mine).scalars())


def ask(world: World, minutes: int = 0, staff_id: int | None = None) -> bool:
    with session.transaction() as db:
        return reports.ask(db, world.ours.account_id, staff_id, WEEK, now=NOON + minutes * MINUTE)


def keep(report_id: int, minutes: int = 0) -> None:
    with session.transaction() as db:
        reports.keep(db, report_id, numbers(), seconds=0.5, now=NOON + minutes * MINUTE)


def test_who_asks_at_the_same_time_is_counted_for_once(world: World) -> None:
    assert [ask(world), ask(world), ask(world, 1)] == [True, False, False]
    assert len(owed()) == 1


def test_fresh_numbers_stay_and_old_ones_are_shown_until_newer_come(world: World) -> None:
    ask(world)
    (report_id,) = owed()
    keep(report_id)
    assert owed() == []
    assert not ask(world, 4)
    assert ask(world, 5)
    with session.reading() as db:
        kept = reports.find(db, world.ours.account_id, None, WEEK, now=NOON + 5 * MINUTE)
    assert (kept.numbers, kept.counted_at, kept.is_awaited) == (numbers(), NOON, True)
    assert kept.is_stale(NOON + 5 * MINUTE)
    assert not kept.is_stale(NOON + 4 * MINUTE)


def test_a_count_that_nobody_finished_is_asked_for_again(world: World) -> None:
    ask(world)
    assert ask(world, 2)


def test_numbers_are_apart_by_account_and_by_sight(world: World) -> None:
    ask(world)
    keep(owed()[0])
    staff_id = world.ours.staff.staff_id
    with session.reading() as db:
        assert reports.find(db, world.stranger.account_id, None, WEEK, now=NOON) == reports.NOTHING
        assert reports.find(db, world.ours.account_id, staff_id, WEEK, now=NOON) == reports.NOTHING
    assert ask(world, staff_id=staff_id)


def test_a_worker_learns_what_to_count_and_late_numbers_change_nothing(world: World) -> None:
    ask(world)
    (report_id,) = owed()
    with session.transaction() as db:
        task = reports.begin(db, report_id, now=NOON)
        assert reports.begin(db, report_id + 1, now=NOON) is None
        assert outbox.claim_due(db, now=NOON + MINUTE, limit=1) == []
    assert task == reports.Task(report_id, world.ours.account_id, None, WEEK)
    keep(report_id)
    keep(report_id, 3)
    with session.reading() as db:
        kept = reports.find(db, world.ours.account_id, None, WEEK, now=NOON)
    assert kept.counted_at == NOON


def test_what_nobody_asks_for_is_forgotten(world: World) -> None:
    ask(world)
    with session.transaction() as db:
        assert reports.forget_old(db, now=NOON + timedelta(days=7)) == 0
        assert reports.forget_old(db, now=NOON + timedelta(days=7, seconds=1)) == 1
        assert db.execute(select(Report.id)).all() == []
