"""What is to be mailed to staff, and when."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from gateway.desk import marks, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Role
from gateway.rules.notifying import PAUSE, TOO_OLD, WAITS, Kind
from gateway.store import newsmail, session
from gateway.store.models import Staff
from gateway.store.newsmail import Waiting
from tests.world import World, mail


@pytest.fixture
def told(world: World) -> World:
    """Ticket 1 was given to our staff by the owner; both have confirmed their addresses."""
    world.receive(mail())
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=world.clock.now()))
        change = TicketChange(assignee="sam-ours")
        tickets.patch(db, world.ours.owner, 1, change, now=world.clock.now())
    return world


def waiting(at: datetime) -> tuple[Waiting, ...]:
    with session.reading() as db:
        return newsmail.list_waiting(db, now=at)


def test_what_is_unread_for_two_minutes_waits_to_be_mailed(told: World) -> None:
    at = told.clock.now()
    assert waiting(at + WAITS - timedelta(seconds=1)) == ()
    (one,) = waiting(at + WAITS)
    assert (one.staff_id, [(thing.kind, thing.number) for thing in one.wanted]) == (
        told.ours.staff.staff_id,
        [(Kind.ASSIGNED, 1)],
    )


def test_what_was_read_meanwhile_does_not(told: World) -> None:
    with session.transaction() as db:
        marks.mark_read(db, told.ours.staff, [1])
    assert waiting(told.clock.now() + WAITS) == ()


def test_what_is_a_day_old_does_not(told: World) -> None:
    assert waiting(told.clock.now() + TOO_OLD) == ()
    assert waiting(told.clock.now() + TOO_OLD - timedelta(seconds=1)) != ()


@pytest.mark.parametrize(
    "values",
    [{"deactivated_at": datetime.fromisoformat("2026-01-01T00:00+00:00")}, {"email_confirmed_at": None}],
)
def test_who_is_gone_or_has_not_confirmed_an_address_gets_none(
    told: World, values: dict[str, object]
) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(**values))
    assert waiting(told.clock.now() + WAITS) == ()


def test_who_does_not_see_the_ticket_any_more_hears_nothing_of_it(told: World) -> None:
    with session.transaction() as db:
        tickets.patch(db, told.ours.owner, 1, TicketChange(assignee=None), now=told.clock.now())
        db.execute(update(Staff).where(Staff.role == Role.STAFF.value).values(sees_all=False))
    assert waiting(told.clock.now() + WAITS) == ()


@pytest.mark.parametrize(("kinds", "count"), [(["assigned"], 1), (["mention"], 0), ([], 0)])
def test_each_hears_of_what_they_chose(told: World, kinds: list[str], count: int) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(mail_kinds=kinds))
    (one,) = waiting(told.clock.now() + WAITS)
    assert (len(one.wanted), len(one.unwanted)) == (count, 1 - count)


def test_a_mail_is_written_once_and_the_next_one_waits(told: World) -> None:
    at = told.clock.now() + WAITS
    (one,) = waiting(at)
    with session.transaction() as db:
        assert newsmail.claim(db, one.staff_id, now=at)
        assert not newsmail.claim(db, one.staff_id, now=at)
    assert waiting(at + PAUSE - timedelta(seconds=1)) == ()
    assert waiting(at + PAUSE) == (one,)
    with session.transaction() as db:
        newsmail.settle(db, one.wanted, now=at)
    assert waiting(at + PAUSE) == ()
