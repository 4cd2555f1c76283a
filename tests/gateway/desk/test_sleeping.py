"""A ticket sleeps until its moment, or until somebody writes."""

from datetime import datetime, timedelta

import pytest

from gateway.desk import sleeping, tickets
from gateway.desk.tickets import MOST_ASLEEP, TicketChange
from gateway.errors import Invalid
from gateway.rules.status import Status
from gateway.store import session
from tests.world import NOON, World, mail, ticket_row

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def asleep(world: World) -> World:
    world.receive(mail())
    world.reply(1)
    sleep(world, TOMORROW)
    return world


def sleep(world: World, until: datetime | None, status: Status | None = None) -> None:
    with session.transaction() as db:
        change = TicketChange(wake_at=until, status=status)
        tickets.patch(db, world.ours.staff, 1, change, now=world.clock.now())


def wake(at: datetime) -> int:
    with session.transaction() as db:
        assert sleeping.is_due(db, now=at) is (at >= TOMORROW)
        return sleeping.wake_due(db, now=at)


def test_it_waits_until_its_moment_and_then_stands_in_the_queue(asleep: World) -> None:
    assert (ticket_row(1).status, ticket_row(1).wake_at) == ("pending", TOMORROW)
    assert wake(TOMORROW - timedelta(seconds=1)) == 0
    assert wake(TOMORROW) == 1
    row = ticket_row(1)
    assert (row.status, row.wake_at, row.queue_at) == ("open", None, TOMORROW)
    with session.transaction() as db:
        assert sleeping.wake_due(db, now=TOMORROW) == 0
    told = [event.data for event in asleep.detail(1).events if event.kind == "status"][-1]
    assert (told["to"], told["why"]) == ("open", "woken")


def test_a_mail_wakes_it(asleep: World) -> None:
    asleep.receive(mail(subject="[#1]"))
    assert (ticket_row(1).status, ticket_row(1).wake_at) == ("open", None)


def test_closing_ends_the_sleep(asleep: World) -> None:
    asleep.move(1, Status.CLOSED)
    assert ticket_row(1).wake_at is None


def test_it_is_woken_by_hand(asleep: World) -> None:
    sleep(asleep, None)
    assert (ticket_row(1).status, ticket_row(1).wake_at) == ("open", None)
    sleep(asleep, None)
    assert ticket_row(1).status == "open"


def test_another_moment_replaces_the_first(asleep: World) -> None:
    later = TOMORROW + timedelta(days=1)
    sleep(asleep, later, Status.PENDING)
    assert ticket_row(1).wake_at == later


@pytest.mark.parametrize("seconds", [0, -1])
def test_the_moment_lies_ahead(asleep: World, seconds: int) -> None:
    with pytest.raises(Invalid):
        sleep(asleep, asleep.clock.now() + timedelta(seconds=seconds))


def test_nothing_sleeps_for_longer_than_two_years(asleep: World) -> None:
    sleep(asleep, asleep.clock.now() + MOST_ASLEEP)
    with pytest.raises(Invalid):
        sleep(asleep, asleep.clock.now() + MOST_ASLEEP + timedelta(seconds=1))


def test_what_sleeps_is_not_closed(asleep: World) -> None:
    with pytest.raises(Invalid):
        sleep(asleep, TOMORROW, Status.CLOSED)
