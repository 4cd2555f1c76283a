"""Whose tickets are while somebody is away, and after they left."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.desk import groups, staff, tickets
from gateway.desk.staff import Access
from gateway.desk.tickets import TicketChange
from gateway.rules.absence import Colleague
from gateway.rules.access import Actor, Role
from gateway.rules.status import OPEN_STATUSES, Status
from gateway.store import holders, session
from gateway.store.models import Staff, Ticket
from tests.hiring import hire, set_columns
from tests.world import BOB, NOON, World, mail

DAY = timedelta(days=1)
AWAY = {"away_from": NOON - DAY, "away_until": NOON + 9 * DAY}


def assign(world: World, number: int, login: str | None) -> None:
    with session.transaction() as db:
        change = TicketChange(assignee=login)
        tickets.patch(db, world.ours.owner, number, change, now=world.clock.now())


def pass_on(world: World, number: int = 1) -> str | None:
    """Let the ticket go where it belongs; whose it is then."""
    with session.transaction() as db:
        mine = Ticket.account_id == world.ours.account_id, Ticket.number == number
        ticket_id = db.execute(select(Ticket.id).where(*mine)).scalar_one()
        holders.pass_on(db, world.ours.account_id, ticket_id, now=world.clock.now())
    return world.detail(number).ticket.assignee


def last_event(world: World, number: int = 1) -> dict[str, Any]:
    return dict(world.detail(number).events[-1].data)


@pytest.fixture
def sams(world: World) -> World:
    """Ticket 1 of Acme is Sam's."""
    world.receive(mail())
    assign(world, 1, "sam-ours")
    return world


def test_a_ticket_stays_with_who_is_there_and_with_nobody(sams: World) -> None:
    told = len(sams.detail().events)
    assert pass_on(sams) == "sam-ours"
    assert len(sams.detail().events) == told
    assign(sams, 1, None)
    assert pass_on(sams) is None


def test_while_they_are_away_the_stand_in_gets_it_and_the_timeline_says_why(sams: World) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    set_columns(sams.ours.staff, **AWAY, stand_in_id=ben.staff_id)
    assert pass_on(sams) == "ben"
    assert last_event(sams) == {"to": "ben", "of": "sam-ours", "why": "away"}


def test_before_and_after_the_absence_it_stays(sams: World) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    for begins, ends in ((NOON + DAY, NOON + 2 * DAY), (NOON - 2 * DAY, NOON - DAY)):
        set_columns(sams.ours.staff, away_from=begins, away_until=ends, stand_in_id=ben.staff_id)
        assert pass_on(sams) == "sam-ours"


def leave(person: Actor) -> None:
    set_columns(person, deactivated_at=NOON)


def go_away(person: Actor) -> None:
    set_columns(person, **AWAY)


def become_guest(person: Actor) -> None:
    set_columns(person, role=Role.GUEST.value)


@pytest.mark.parametrize("what", [leave, go_away, become_guest])
def test_a_stand_in_who_is_not_there_makes_it_nobodys(sams: World, what: Callable[[Actor], None]) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    set_columns(sams.ours.staff, **AWAY, stand_in_id=ben.staff_id)
    what(ben)
    assert pass_on(sams) is None
    assert last_event(sams) == {"to": None, "of": "sam-ours", "why": "away"}


def test_a_chain_is_followed_and_a_circle_ends(sams: World) -> None:
    ben, cleo = (hire(sams.ours.account_id, name, now=NOON) for name in ("ben", "cleo"))
    set_columns(sams.ours.staff, **AWAY, stand_in_id=ben.staff_id)
    set_columns(ben, **AWAY, stand_in_id=cleo.staff_id)
    assert pass_on(sams) == "cleo"
    set_columns(cleo, **AWAY, stand_in_id=ben.staff_id)
    assert pass_on(sams) is None


def test_a_strangers_person_never_stands_in(sams: World) -> None:
    set_columns(sams.ours.staff, **AWAY, stand_in_id=sams.stranger.staff.staff_id)
    assert pass_on(sams) is None


def test_a_stand_in_gets_what_they_see(sams: World) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    with session.transaction() as db:
        north = groups.create(db, sams.ours.owner, name="North", now=NOON)
        south = groups.create(db, sams.ours.owner, name="South", now=NOON)
        groups.put_in(db, sams.ours.owner, north, customer=sams.ours.customer)
        staff.set_access(db, sams.ours.owner, "p-ben", Access(groups=[south]), now=NOON)
    set_columns(sams.ours.staff, **AWAY, stand_in_id=ben.staff_id)
    assert pass_on(sams) is None
    with session.transaction() as db:
        staff.set_access(db, sams.ours.owner, "p-ben", Access(groups=[north]), now=NOON)
    assign(sams, 1, "sam-ours")
    assert pass_on(sams) == "ben"


def test_what_was_closed_when_somebody_left_is_nobodys_when_it_comes_back(sams: World) -> None:
    leave(sams.ours.staff)
    assert pass_on(sams) is None
    assert last_event(sams) == {"to": None, "of": "sam-ours", "why": "left"}


def hand_over(world: World, to: Actor | None, *, told: dict[str, str] | None = None) -> int:
    ours = world.ours
    heir = Colleague(to.staff_id, to.name.lower(), can_hold=True) if to and to.staff_id else None
    with session.transaction() as db:
        return holders.hand_over(
            db,
            ours.account_id,
            ours.staff.staff_id or 0,
            heir,
            OPEN_STATUSES,
            by_id=ours.owner.staff_id,
            told=told or {},
            now=NOON,
        )


def test_what_is_open_goes_over_and_what_is_closed_stays(sams: World) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    for number in (2, 3):
        sams.receive(mail())
        assign(sams, number, "sam-ours")
    sams.move(2, Status.PENDING)
    sams.move(3, Status.CLOSED)
    assert hand_over(sams, ben, told={"why": "away"}) == 2
    assert [sams.detail(n).ticket.assignee for n in (1, 2, 3)] == ["ben", "ben", "sam-ours"]
    told = sams.detail(1).events[-1]
    assert (told.kind, told.by, dict(told.data)) == ("assigned", "ours", {"to": "ben", "why": "away"})
    assert hand_over(sams, ben) == 0


def test_without_an_heir_it_is_nobodys(sams: World) -> None:
    assert hand_over(sams, None) == 1
    assert sams.detail().ticket.assignee is None


def test_an_heir_gets_what_they_see_and_the_rest_is_nobodys(sams: World) -> None:
    ben = hire(sams.ours.account_id, "ben", now=NOON)
    sams.receive(mail(sender=f"Bob <{BOB}>"), mail_from=BOB)
    assign(sams, 2, "sam-ours")
    with session.transaction() as db:
        north = groups.create(db, sams.ours.owner, name="North", now=NOON)
        groups.put_in(db, sams.ours.owner, north, customer=sams.ours.customer)
        staff.set_access(db, sams.ours.owner, "p-ben", Access(groups=[north]), now=NOON)
    assert hand_over(sams, ben) == 2
    assert [sams.detail(n).ticket.assignee for n in (1, 2)] == ["ben", None]


def test_an_heir_is_found_behind_one_who_is_away_and_is_never_oneself(world: World) -> None:
    ours = world.ours
    ben, cleo = (hire(ours.account_id, name, now=NOON) for name in ("ben", "cleo"))

    def heir() -> str | None:
        with session.reading() as db:
            found = holders.find_heir(db, ours.account_id, ours.staff.staff_id or 0, now=NOON)
        return found.login if found else None

    assert heir() is None
    set_columns(ours.staff, stand_in_id=ben.staff_id)
    assert heir() == "ben"
    set_columns(ben, **AWAY, stand_in_id=cleo.staff_id)
    assert heir() == "cleo"
    set_columns(ben, stand_in_id=ours.staff.staff_id)
    assert heir() is None


def test_guests_and_who_has_left_do_not_work_here(world: World) -> None:
    hire(world.ours.account_id, "guest", Role.GUEST, now=NOON)
    hire(world.ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    with session.reading() as db:
        logins = select(Staff.login).where(Staff.account_id == world.ours.account_id, holders.works_here())
        assert set(db.execute(logins).scalars()) == {"ours", "sam-ours"}


def test_there_is_no_second_owner(world: World) -> None:
    with pytest.raises(IntegrityError):
        hire(world.ours.account_id, "second", Role.OWNER, now=NOON)
