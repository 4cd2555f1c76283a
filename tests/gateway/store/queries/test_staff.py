"""The people of an account as pages read them."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from gateway.desk import groups, signin, staff, tickets
from gateway.desk.staff import Access
from gateway.desk.tickets import TicketChange
from gateway.errors import NotFound
from gateway.rules.access import Role
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.models import Passkey
from gateway.store.queries.staff import (
    State,
    count_open,
    full_name,
    get_own,
    get_staff,
    list_staff,
    staff_seeing,
)
from tests.hiring import hire, set_columns, view_of
from tests.world import NOON, World, mail

SAM = "staff-ours"


def test_everybody_who_works_here_or_did_is_listed_and_no_guest(world: World) -> None:
    ours = world.ours
    hire(ours.account_id, "gast", Role.GUEST, now=NOON)
    hire(ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    with session.reading() as db:
        found = list_staff(db, ours.account_id)
    assert [(one.login, one.role, one.state) for one in found] == [
        ("gone", Role.STAFF, State.DEACTIVATED),
        ("ours", Role.OWNER, State.ACTIVE),
        ("sam-ours", Role.STAFF, State.ACTIVE),
    ]


def test_what_lets_somebody_in_is_told(world: World) -> None:
    set_columns(world.ours.staff, email_confirmed_at=None)
    sam = view_of(world.ours.staff)
    assert (sam.has_factor, sam.is_confirmed, sam.signed_in_at) == (False, False, None)
    staff_id = world.ours.staff.staff_id or 0
    key = {
        "public_id": "k",
        "staff_id": staff_id,
        "name": "Key",
        "credential_id": "c",
        "public_key": b"p",
        "sign_count": 0,
        "created_at": NOON,
    }
    with session.transaction() as db:
        db.execute(insert(Passkey), key)
        for hours in (0, 1):
            signin.open_session(db, staff_id, browser="", now=NOON + timedelta(hours=hours))
    set_columns(world.ours.staff, email_confirmed_at=NOON)
    sam = view_of(world.ours.staff)
    assert (sam.has_factor, sam.is_confirmed, sam.signed_in_at) == (True, True, NOON + timedelta(hours=1))


def test_guests_strangers_and_programs_are_nobody_of_ours(world: World) -> None:
    guest = hire(world.ours.account_id, "gast", Role.GUEST, now=NOON)
    with session.reading() as db:
        assert get_staff(db, world.ours.account_id, SAM).name == "Sam Ours"
        for account_id, public_id in ((world.ours.account_id, "p-gast"), (world.stranger.account_id, SAM)):
            with pytest.raises(NotFound):
                get_staff(db, account_id, public_id)
        for staff_id in (None, guest.staff_id, world.stranger.owner.staff_id):
            with pytest.raises(NotFound):
                get_own(db, world.ours.account_id, staff_id)


def test_who_sees_a_group_is_told(world: World) -> None:
    ours = world.ours
    for name in ("ada", "ben"):
        hire(ours.account_id, name, Role.ADMIN if name == "ada" else Role.STAFF, now=NOON)
    hire(ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    with session.transaction() as db:
        north, south = (groups.create(db, ours.owner, name=name, now=NOON) for name in ("North", "South"))
        staff.set_access(db, ours.owner, SAM, Access(groups=[north]), now=NOON)
        staff.set_access(db, ours.owner, "p-ben", Access(groups=[south]), now=NOON)
    with session.reading() as db:
        seeing = {
            name: [one.login for one in staff_seeing(db, ours.account_id, group)]
            for name, group in (("north", north), ("south", south))
        }
    assert seeing == {"north": ["ada", "ours", "sam-ours"], "south": ["ada", "ben", "ours"]}


def test_open_tickets_of_somebody_are_counted(world: World) -> None:
    for number, status in enumerate((Status.OPEN, Status.PENDING, Status.CLOSED), 1):
        world.receive(mail())
        with session.transaction() as db:
            change = TicketChange(status=status, assignee="sam-ours")
            tickets.patch(db, world.ours.owner, number, change, now=NOON)
    with session.reading() as db:
        assert count_open(db, world.ours.account_id, world.ours.staff.staff_id or 0) == 2
        assert count_open(db, world.stranger.account_id, world.ours.staff.staff_id or 0) == 0


def test_who_has_no_name_is_called_by_their_login() -> None:
    assert [full_name(*names, "sam") for names in (("Sam", "Ours"), ("", "Ours"), ("", ""))] == [
        "Sam Ours",
        "Ours",
        "sam",
    ]
