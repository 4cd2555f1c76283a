"""Counting a report by a worker: kept once, for the eyes of whoever asked."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.desk import reporting
from gateway.outbound.reporting import count_report
from gateway.rules.access import Actor
from gateway.rules.reporting import Question
from gateway.store import session
from gateway.store.models import Outbox
from gateway.store.outbox import Topic
from gateway.store.reports import Kept
from tests import world as cast
from tests.admitting import add_limited
from tests.databases import Databases, configured
from tests.world import NOON, World, mail

DAY = Question(date(2026, 3, 2), date(2026, 3, 2))


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        yield cast.build(tmp_path, databases.given(db_url))


def counted(world: World, by: Actor) -> Kept:
    with session.transaction() as db:
        reporting.ask(db, by, DAY, now=NOON)
        (report_id,) = db.execute(select(Outbox.ref_id).where(Outbox.topic == Topic.REPORT.value)).scalars()
    count_report(report_id, clock=world.clock)
    count_report(report_id, clock=world.clock)
    with session.reading() as db:
        return reporting.find(db, by, DAY, now=NOON)


def test_the_numbers_are_kept_with_when_and_how_long(world: World) -> None:
    world.receive(mail())
    kept = counted(world, world.ours.staff)
    assert kept.numbers is not None
    assert kept.numbers.new == (1,)
    assert kept.counted_at == world.clock.now()
    assert not kept.is_awaited


def test_who_sees_some_gets_the_numbers_of_those(world: World) -> None:
    world.receive(mail())
    kept = counted(world, add_limited(world.ours.account_id, ()))
    assert kept.numbers is not None
    assert kept.numbers.is_empty


def test_a_report_that_is_gone_is_no_work(world: World) -> None:
    count_report(999, clock=world.clock)
