"""The list of invitations: by state, by ticket, page by page, and of one account alone."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from gateway.desk import groups
from gateway.errors import Invalid, NotFound
from gateway.rules.access import Role
from gateway.rules.invitations import LASTS, Rights, State
from gateway.store import session
from gateway.store.models import CustomerGroup, Invitation, Staff, Ticket
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.invitations import (
    InvitationFilter,
    InvitationView,
    get_invitation,
    list_invitations,
)
from tests.world import NOON, World, mail

BEFORE, AFTER = NOON - timedelta(hours=1), NOON + LASTS


def put(world: World, name: str, **values: object) -> None:
    """An invitation as it stands in the table, of our owner unless it says otherwise."""
    with session.transaction() as db:
        db.execute(
            insert(Invitation).values(
                **{
                    "public_id": name,
                    "account_id": world.ours.account_id,
                    "address": f"{name}@x.example",
                    "first_name": "Ida",
                    "last_name": "",
                    "locale": "de",
                    "role": "guest",
                    "sees_all": False,
                    "groups": [],
                    "may_note": False,
                    "may_answer": False,
                    "may_join": True,
                    "invited_by_id": world.ours.owner.staff_id,
                    "created_at": NOON,
                    "expires_at": AFTER,
                }
                | values
            )
        )


def ids(world: World, limit: int = 50, **wanted: object) -> list[str]:
    """The ids of a list, read page by page."""
    filtered, found, after = InvitationFilter(world.ours.account_id, **wanted), [], None  # type: ignore[arg-type]
    while True:
        with session.reading() as db:
            page = list_invitations(db, filtered, now=NOON, after=after, limit=limit)
        found += [one.public_id for one in page.items]
        if (after := page.next) is None:
            return found


def get(world: World, name: str) -> InvitationView:
    with session.reading() as db:
        return get_invitation(db, InvitationFilter(world.ours.account_id), name, now=NOON)


def test_the_states_part_the_list(world: World) -> None:
    put(world, "open")
    put(world, "dated", until=AFTER)
    put(world, "old", expires_at=NOON)
    put(world, "accepted", accepted_at=BEFORE, expires_at=BEFORE)
    put(world, "ended", accepted_at=BEFORE, until=NOON)
    put(world, "too-late", until=NOON)
    put(world, "revoked", revoked_at=BEFORE)
    put(world, "shut-out", accepted_at=BEFORE, revoked_at=BEFORE, until=BEFORE)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == world.ours.staff.staff_id).values(deactivated_at=BEFORE))
    for name, values in (
        ("leavers", {}),
        ("leavers-old", {"expires_at": NOON}),
        ("leavers-accepted", {"accepted_at": BEFORE}),
        ("leavers-ended", {"accepted_at": BEFORE, "until": NOON}),
    ):
        put(world, name, invited_by_id=world.ours.staff.staff_id, **values)
    by_state = {state: sorted(ids(world, state=state)) for state in State}
    assert by_state == {
        State.OPEN: ["dated", "open"],
        State.ACCEPTED: ["accepted", "leavers-accepted"],
        State.EXPIRED: ["ended", "leavers-ended", "old", "too-late"],
        State.REVOKED: ["leavers", "leavers-old", "revoked", "shut-out"],
    }
    told = {state: {get(world, name).state for name in names} for state, names in by_state.items()}
    assert told == {state: {state} for state in State}
    assert len(ids(world)) == 12


def test_a_page_follows_the_other_newest_first_and_none_is_left_out(world: World) -> None:
    for number, minutes in enumerate((0, 5, 5, 10)):
        put(world, f"i{number}", created_at=NOON + timedelta(minutes=minutes))
    assert ids(world, limit=1) == ids(world) == ["i3", "i2", "i1", "i0"]
    for limit, after in ((0, None), (10, "x")):
        mine = InvitationFilter(world.ours.account_id)
        with session.reading() as db, pytest.raises(Invalid):
            list_invitations(db, mine, now=NOON, after=after, limit=limit)


def test_another_accounts_are_not_there(world: World) -> None:
    put(world, "theirs", account_id=world.stranger.account_id)
    assert ids(world) == []
    with pytest.raises(NotFound):
        get(world, "theirs")


def test_of_who_invited_only_those_to_tickets_are_theirs(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        ticket = db.execute(select(Ticket.id)).scalar_one()
    sam = world.ours.staff.staff_id
    put(world, "sams", invited_by_id=sam, ticket_id=ticket)
    put(world, "as-admin", invited_by_id=sam)
    put(world, "owners", ticket_id=ticket)
    assert ids(world, invited_by_id=sam) == ["sams"]
    assert ids(world, ticket=1) == ["owners", "sams"]
    assert ids(world, ticket=2**70) == []


def test_a_guests_invitation_says_to_what_by_whom_and_with_which_rights(world: World) -> None:
    world.receive(mail(subject="Printer"))
    with session.reading() as db:
        ticket = db.execute(select(Ticket.id)).scalar_one()
    put(world, "i", ticket_id=ticket, staff_id=world.ours.staff.staff_id)
    found = get(world, "i")
    assert found.shared.ticket is not None
    assert (found.shared.ticket.number, found.shared.ticket.subject) == (1, "Printer")
    assert (found.shared.customer, found.shared.group, found.groups) == (None, None, ())
    assert (found.name, found.invited_by, found.person) == ("Ida", "ours", "sam-ours")
    assert (found.role, found.rights, found.locale) == (Role.GUEST, Rights(may_join=True), "de")


def test_a_colleagues_invitation_names_the_groups_that_are_there(world: World) -> None:
    with session.transaction() as db:
        made = groups.create(db, world.ours.owner, name="North", now=NOON)
        theirs = groups.create(db, world.stranger.owner, name="Theirs", now=NOON)
        found_groups = select(CustomerGroup.public_id, CustomerGroup.id)
        keys = {row.public_id: row.id for row in db.execute(found_groups)}
    put(world, "i", role="staff", groups=[keys[made], keys[theirs], 999], invited_by_id=None)
    found = get(world, "i")
    assert (found.groups, found.invited_by) == ((GroupRef(made, "North"),), "")
