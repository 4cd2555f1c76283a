"""Who is deactivated comes in no more, and what they worked on is somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from gateway.desk import halfsignin, leaving, operating, signin, tickets
from gateway.desk.tickets import TicketChange
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.bounds import Limits
from gateway.store.models import Ceremony, HalfSignIn, MailedLink, WebSession
from tests.hiring import hire, public_id_of, set_columns, view_of
from tests.world import NOON, World, mail

SAM = "staff-ours"
BEGUN = (WebSession, HalfSignIn, MailedLink, Ceremony)


def deactivate(by: Actor, public_id: str, successor: str | None = None) -> int:
    with session.transaction() as db:
        return leaving.deactivate(db, by, public_id, successor=successor, now=NOON)


def reactivate(by: Actor, public_id: str) -> None:
    with session.transaction() as db:
        leaving.reactivate(db, by, public_id, now=NOON)


def begin_everything(world: World, who: Actor) -> str:
    """One of each thing that lets a person in; the secret of the session."""
    staff_id, later = who.staff_id or 0, NOON + timedelta(hours=1)
    with session.transaction() as db:
        secret = signin.open_session(db, staff_id, browser="", now=NOON)
        halfsignin.begin(db, staff_id, now=NOON)
        link = {
            "account_id": who.account_id,
            "staff_id": staff_id,
            "purpose": "reset",
            "address": "sam@ours.example",
            "token_hash": f"l{staff_id}",
            "created_at": NOON,
            "expires_at": later,
        }
        db.execute(insert(MailedLink), link)
        ceremony = {
            "staff_id": staff_id,
            "purpose": "register",
            "token_hash": f"c{staff_id}",
            "challenge": b"x",
            "expires_at": later,
        }
        db.execute(insert(Ceremony), ceremony)
    return secret


def begun(who: Actor) -> list[int]:
    with session.reading() as db:
        counts = (select(func.count()).where(one.staff_id == who.staff_id) for one in BEGUN)
        return [db.execute(count).scalar_one() for count in counts]


def assign(world: World, number: int, login: str) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.owner, number, TicketChange(assignee=login), now=NOON)


def test_everything_that_lets_them_in_ends_with_it_and_nobody_elses(world: World) -> None:
    ours = world.ours
    secret = begin_everything(world, ours.staff)
    begin_everything(world, ours.owner)
    deactivate(ours.owner, SAM)
    assert begun(ours.staff) == [0, 0, 0, 0]
    assert begun(ours.owner) == [1, 1, 1, 1]
    with session.reading() as db:
        assert signin.find_session(db, secret, now=NOON) is None
        assert signin.find_credentials(db, "sam-ours") is None


def test_their_open_tickets_go_to_the_successor_or_to_nobody(world: World) -> None:
    ours = world.ours
    ben = hire(ours.account_id, "ben", now=NOON)
    for number in (1, 2):
        world.receive(mail())
        assign(world, number, "sam-ours")
    world.move(2, Status.CLOSED)
    assert deactivate(ours.owner, SAM, "p-ben") == 1
    assert [world.detail(n).ticket.assignee for n in (1, 2)] == ["ben", "sam-ours"]
    told = world.detail(1).events[-1]
    assert (told.kind, told.by, dict(told.data)) == ("assigned", "ours", {"to": "ben"})
    assert deactivate(ours.owner, public_id_of(ben)) == 1
    assert world.detail(1).ticket.assignee is None


def test_nobody_goes_on_waiting_for_them_to_stand_in(world: World) -> None:
    ours = world.ours
    ben = hire(ours.account_id, "ben", now=NOON)
    away = {"away_from": NOON, "away_until": NOON + timedelta(days=1)}
    set_columns(ben, **away, stand_in_id=ours.staff.staff_id)
    set_columns(ours.staff, **away, stand_in_id=ben.staff_id)
    deactivate(ours.owner, SAM)
    found = view_of(ben).away
    assert found is not None
    assert found.stand_in is None
    assert view_of(ours.staff).away is None


def test_who_leaves_does_not_follow_themself_and_the_gone_follow_nobody(world: World) -> None:
    hire(world.ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    for successor in (SAM, "p-gone", "staff-stranger", "x"):
        with pytest.raises(Invalid) as caught:
            deactivate(world.ours.owner, SAM, successor)
        assert caught.value.field == "successor"
    assert view_of(world.ours.staff).deactivated_at is None


def test_nobody_deactivates_the_owner_or_themself_and_staff_nobody(world: World) -> None:
    ours = world.ours
    admin = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)
    owner_id = public_id_of(ours.owner)
    tries = ((admin, owner_id), (ours.owner, owner_id), (admin, "p-ada"), (ours.staff, "p-ada"))
    for by, whom in tries:
        with pytest.raises(Denied):
            deactivate(by, whom)
    token = Actor(ours.account_id, Role.TOKEN)
    with pytest.raises(Denied):
        deactivate(token, owner_id)
    deactivate(token, "p-ada")


def test_a_stranger_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        deactivate(world.stranger.owner, SAM)
    with pytest.raises(NotFound):
        reactivate(world.stranger.owner, SAM)


def test_they_come_back_with_nothing_that_was_begun_meanwhile(world: World) -> None:
    ours = world.ours
    with pytest.raises(Conflict):
        reactivate(ours.owner, SAM)
    deactivate(ours.owner, SAM)
    with pytest.raises(Conflict):
        deactivate(ours.owner, SAM)
    begin_everything(world, ours.staff)  # as by a request that was on its way
    with pytest.raises(Denied):
        reactivate(ours.staff, SAM)
    reactivate(ours.owner, SAM)
    assert (view_of(ours.staff).deactivated_at, begun(ours.staff)) == (None, [0, 0, 0, 0])


def test_nobody_comes_back_where_no_more_may_work(world: World) -> None:
    ours = world.ours
    deactivate(ours.owner, SAM)
    for most in (1, 2):
        with session.transaction() as db:
            operating.limit(db, None, ours.public_id, Limits(staff=most), now=NOON)
        if most == 1:
            with pytest.raises(Conflict, match="operator"):
                reactivate(ours.owner, SAM)
    reactivate(ours.owner, SAM)


def test_of_two_who_deactivate_somebody_at_once_one_does(world: World) -> None:
    admin = hire(world.ours.account_id, "ada", Role.ADMIN, now=NOON)

    def attempt(by: Actor) -> bool:
        try:
            deactivate(by, SAM)
        except DeskError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, (admin, world.ours.owner))) == [False, True]
