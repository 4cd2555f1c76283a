"""Absences: noted, ended, and what happens to the tickets meanwhile."""

from datetime import timedelta

import pytest

from gateway.desk import away, tickets
from gateway.desk.away import LONGEST
from gateway.desk.tickets import TicketChange
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.absence import Absence
from gateway.rules.access import Actor, Role
from gateway.rules.status import Status
from gateway.store import session
from tests.hiring import hire, public_id_of, view_of
from tests.world import NOON, World, mail

SAM = "staff-ours"
DAY = timedelta(days=1)
WEEK = Absence(NOON - DAY, NOON + 6 * DAY)


def set_away(
    by: Actor, public_id: str, absence: Absence = WEEK, *, stand_in: str | None = None, now: bool = False
) -> None:
    with session.transaction() as db:
        away.set_away(db, by, public_id, absence, stand_in=stand_in, hands_over=now, now=NOON)


def give_sam(world: World, *statuses: Status) -> None:
    """Tickets of Sam's in these states."""
    for number, status in enumerate(statuses, 1):
        world.receive(mail())
        with session.transaction() as db:
            change = TicketChange(status=None if status is Status.NEW else status, assignee="sam-ours")
            tickets.patch(db, world.ours.owner, number, change, now=NOON)


def test_somebody_is_away_and_another_one_stands_in(world: World) -> None:
    ben = hire(world.ours.account_id, "ben", now=NOON)
    set_away(world.ours.staff, SAM, stand_in="p-ben")
    sam = view_of(world.ours.staff)
    assert sam.away is not None
    assert (sam.away.absence, sam.away.stand_in and sam.away.stand_in.login) == (WEEK, "ben")
    assert sam.away_now(NOON) == sam.away_yet(NOON) == sam.away
    assert (sam.away_now(WEEK.begins - DAY), sam.away_now(WEEK.ends)) == (None, None)
    assert (sam.away_yet(WEEK.begins - DAY), sam.away_yet(WEEK.ends)) == (sam.away, None)
    assert view_of(ben).away is None


def test_a_manager_says_it_for_a_colleague_and_takes_it_back(world: World) -> None:
    admin = hire(world.ours.account_id, "ada", Role.ADMIN, now=NOON)
    set_away(admin, SAM)
    with session.transaction() as db:
        away.end_away(db, world.ours.staff, SAM)
    assert view_of(world.ours.staff).away is None


@pytest.mark.parametrize(
    "absence",
    [
        Absence(NOON + DAY, NOON + DAY),
        Absence(NOON - 2 * DAY, NOON),
        Absence(NOON, NOON + LONGEST + DAY),
    ],
)
def test_days_that_cannot_be_are_invalid(world: World, absence: Absence) -> None:
    with pytest.raises(Invalid) as caught:
        set_away(world.ours.staff, SAM, absence)
    assert caught.value.field == "until"


def test_nobody_stands_in_for_themself_nor_does_who_is_not_here(world: World) -> None:
    hire(world.ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    hire(world.ours.account_id, "gast", Role.GUEST, now=NOON)
    for whom in (SAM, "p-gone", "p-gast", "staff-stranger"):
        with pytest.raises(Invalid) as caught:
            set_away(world.ours.staff, SAM, stand_in=whom)
        assert caught.value.field == "stand_in"
    assert view_of(world.ours.staff).away is None


def test_staff_say_it_of_themselves_alone(world: World) -> None:
    ours = world.ours
    hire(ours.account_id, "ben", now=NOON)
    with pytest.raises(Denied):
        set_away(ours.staff, "p-ben")
    owner_id = public_id_of(ours.owner)
    with session.transaction() as db, pytest.raises(Denied):
        away.end_away(db, ours.staff, owner_id)
    with pytest.raises(NotFound):
        set_away(world.stranger.owner, SAM)


def test_what_waits_for_us_is_handed_over_at_once_and_what_waits_for_customers_stays(world: World) -> None:
    hire(world.ours.account_id, "ben", now=NOON)
    give_sam(world, Status.NEW, Status.OPEN, Status.PENDING, Status.CLOSED)
    set_away(world.ours.staff, SAM, stand_in="p-ben")
    assert world.detail(1).ticket.assignee == "sam-ours"
    set_away(world.ours.staff, SAM, stand_in="p-ben", now=True)
    found = [world.detail(number).ticket.assignee for number in (1, 2, 3, 4)]
    assert found == ["ben", "ben", "sam-ours", "sam-ours"]
    told = world.detail(1).events[-1]
    assert (told.by, dict(told.data)) == ("sam-ours", {"to": "ben", "of": "sam-ours", "why": "away"})


def test_handed_over_without_a_stand_in_they_are_nobodys(world: World) -> None:
    give_sam(world, Status.OPEN)
    set_away(world.ours.owner, SAM, now=True)
    assert world.detail(1).ticket.assignee is None


@pytest.mark.parametrize("status", [Status.OPEN, Status.PENDING, Status.CLOSED])
def test_what_a_customer_answers_goes_to_the_stand_in(world: World, status: Status) -> None:
    hire(world.ours.account_id, "ben", now=NOON)
    give_sam(world, status)
    set_away(world.ours.staff, SAM, stand_in="p-ben")
    parent = world.detail().articles[0].message_id or ""
    assert world.receive(mail(in_reply_to=parent)).number == 1
    detail = world.detail()
    assert (detail.ticket.assignee, detail.ticket.status) == ("ben", Status.OPEN)
    assert dict(detail.events[-1].data) == {"to": "ben", "of": "sam-ours", "why": "away"}


def test_what_a_machine_answers_moves_nothing(world: World) -> None:
    hire(world.ours.account_id, "ben", now=NOON)
    give_sam(world, Status.OPEN)
    set_away(world.ours.staff, SAM, stand_in="p-ben")
    parent = world.detail().articles[0].message_id or ""
    world.receive(mail(in_reply_to=parent, headers=["Auto-Submitted: auto-replied"]))
    detail = world.detail()
    assert (len(detail.articles), detail.ticket.assignee) == (2, "sam-ours")
