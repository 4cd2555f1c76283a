"""Handing the account on: one owner at any time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from gateway.desk import leaving, ownership, people
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound
from gateway.mail.parse import parse
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, Staff
from tests.hiring import hire, public_id_of, set_columns, view_of
from tests.world import DOMAIN, NOON, World

SAM = "staff-ours"


def hand_on(by: Actor, public_id: str) -> None:
    with session.transaction() as db:
        ownership.hand_on(db, by, public_id, now=NOON)


def owners(world: World) -> list[int]:
    with session.reading() as db:
        mine = Staff.account_id == world.ours.account_id, Staff.role == Role.OWNER.value
        return list(db.execute(select(Staff.id).where(*mine)).scalars())


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
def test_the_new_owner_sees_all_and_the_old_one_is_an_admin(world: World, role: Role) -> None:
    ours = world.ours
    set_columns(ours.staff, role=role.value, sees_all=False)
    hand_on(ours.owner, SAM)
    sam = view_of(ours.staff)
    assert (sam.role, sam.sees_all, view_of(ours.owner).role) == (Role.OWNER, True, Role.ADMIN)
    assert owners(world) == [ours.staff.staff_id]
    with session.reading() as db:
        assert people.get_account(db, ours.public_id).login == "sam-ours"


def test_both_are_told(world: World) -> None:
    ours = world.ours
    old, new = view_of(ours.owner), view_of(ours.staff)
    notices = ownership.write_notices(
        old, new, business="Ours", blobs=world.blobs, mail_domain=DOMAIN, now=NOON
    )
    with session.transaction() as db:
        ownership.hand_on(db, ours.owner, SAM, notices=notices, now=NOON)
    with session.reading() as db:
        sent = db.execute(select(Delivery.recipient, Delivery.raw_sha256)).all()
    texts = {to: parse(world.blobs.read(raw or ""), detect_type=detect_type) for to, raw in sent}
    assert set(texts) == {"owner@ours.example", "sam@ours.example"}
    assert texts["sam@ours.example"].subject == "Ours: you are the owner now"
    assert "ours has handed the ownership of Ours" in texts["sam@ours.example"].text
    assert "passed from you to Sam Ours" in texts["owner@ours.example"].text


def not_confirmed(who: Actor) -> None:
    set_columns(who, email_confirmed_at=None)


def gone(who: Actor) -> None:
    set_columns(who, deactivated_at=NOON)


@pytest.mark.parametrize("what", [not_confirmed, gone])
def test_who_is_not_fit_for_it_gets_nothing_and_nothing_changes(world: World, what: Any) -> None:
    what(world.ours.staff)
    with pytest.raises(Invalid):
        hand_on(world.ours.owner, SAM)
    assert owners(world) == [world.ours.owner.staff_id]


def test_nobody_but_the_owner_hands_it_on_and_not_to_themself_or_a_guest(world: World) -> None:
    ours = world.ours
    admin = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)
    hire(ours.account_id, "gast", Role.GUEST, now=NOON)
    for by in (admin, ours.staff, Actor(ours.account_id, Role.TOKEN)):
        with pytest.raises(Denied):
            hand_on(by, "p-ada")
    with pytest.raises(Denied):
        hand_on(ours.owner, public_id_of(ours.owner))
    for whom in ("p-gast", "staff-stranger", "x"):
        with pytest.raises(NotFound):
            hand_on(ours.owner, whom)
    assert owners(world) == [ours.owner.staff_id]


def test_who_is_the_owner_no_more_hands_nothing_on(world: World) -> None:
    hire(world.ours.account_id, "ada", Role.ADMIN, now=NOON)
    hand_on(world.ours.owner, SAM)
    with pytest.raises(Conflict):
        hand_on(world.ours.owner, "p-ada")  # from a page that was open still
    assert owners(world) == [world.ours.staff.staff_id]


def attempt(verb: Any, *args: Any) -> bool:
    try:
        verb(*args)
    except DeskError:
        return False
    return True


def test_of_two_hand_overs_at_once_one_counts(world: World) -> None:
    ours = world.ours
    ada = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda whom: attempt(hand_on, ours.owner, whom), (SAM, "p-ada")))
    assert sorted(done) == [False, True]
    assert owners(world) == [ours.staff.staff_id if done[0] else ada.staff_id]


def test_who_is_deactivated_while_they_become_the_owner_is_one_of_both(world: World) -> None:
    ours = world.ours
    ada = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)

    def deactivate(by: Actor, whom: str) -> None:
        with session.transaction() as db:
            leaving.deactivate(db, by, whom, now=NOON)

    with ThreadPoolExecutor(2) as pool:
        given = pool.submit(attempt, hand_on, ours.owner, SAM)
        ended = pool.submit(attempt, deactivate, ada, SAM)
    assert given.result() != ended.result()
    sam = view_of(ours.staff)
    assert (sam.role is Role.OWNER, sam.deactivated_at is None) == (given.result(), given.result())
    assert len(owners(world)) == 1
