"""People of an account: what is known of them, what they may, and who may change it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.desk import emailchange, groups, mailedlinks, staff
from gateway.desk.emailchange import Letters
from gateway.desk.staff import Access, Particulars
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Delivery, StaffGroup
from tests.hiring import hire, public_id_of, view_of
from tests.world import DOMAIN, NOON, World

SAM = "staff-ours"
ALL = Particulars(
    login="sam.new",
    first_name="  Samuel ",
    last_name="Ours",
    salutation="Dr.",
    postal_address="Harbour 1\r\n 20457  Hamburg \n",
    company="Ours GmbH",
)


def edit(
    world: World, by: Actor, public_id: str, wanted: Particulars, letters: Letters | None = None
) -> None:
    with session.transaction() as db:
        staff.edit(db, by, public_id, wanted, letters=letters, now=NOON)


def letters_for(world: World, who: Actor, new: str) -> Letters:
    with session.reading() as db:
        reader = mailedlinks.reader_of(db, who)
    return emailchange.write(
        reader,
        new,
        was_confirmed=True,
        base_url="https://desk.example",
        blobs=world.blobs,
        mail_domain=DOMAIN,
        now=NOON,
    )


def set_access(by: Actor, public_id: str, wanted: Access) -> None:
    with session.transaction() as db:
        staff.set_access(db, by, public_id, wanted, now=NOON)


def group(world: World, name: str, *, of: Actor | None = None) -> str:
    with session.transaction() as db:
        return groups.create(db, of or world.ours.owner, name=name, now=NOON)


def test_all_that_is_known_of_a_person_is_kept_tidily(world: World) -> None:
    edit(world, world.ours.owner, SAM, ALL)
    sam = view_of(world.ours.staff)
    assert (sam.login, sam.name, sam.salutation) == ("sam.new", "Samuel Ours", "Dr.")
    assert (sam.postal_address, sam.company) == ("Harbour 1\n20457 Hamburg", "Ours GmbH")
    edit(world, world.ours.staff, SAM, Particulars(company=""))
    assert view_of(world.ours.staff) == replace(sam, company="")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("login", "x"),
        ("first_name", " \0 "),
        ("last_name", ""),
        ("last_name", "n" * 101),
        ("email", "sam"),
        ("salutation", "D" * 51),
        ("company", "C" * 201),
        ("postal_address", "P" * 501),
    ],
)
def test_what_cannot_be_kept_is_told_by_its_field(world: World, field: str, text: str) -> None:
    before = view_of(world.ours.staff)
    with pytest.raises(Invalid) as caught:
        edit(world, world.ours.owner, SAM, replace(ALL, **{field: text}))
    assert (caught.value.field, view_of(world.ours.staff)) == (field, before)


@pytest.mark.parametrize("login", ["ours", "SAM-stranger"])
def test_a_login_that_is_taken_anywhere_is_a_conflict(world: World, login: str) -> None:
    with pytest.raises(Conflict, match="login is taken"):
        edit(world, world.ours.owner, SAM, Particulars(login=login, company="x"))
    assert view_of(world.ours.staff).company == ""


def test_a_new_address_is_unconfirmed_and_both_are_written_to(world: World) -> None:
    letters = letters_for(world, world.ours.staff, "sam@new.example")
    edit(world, world.ours.staff, SAM, Particulars(email="sam@new.example"), letters)
    sam = view_of(world.ours.staff)
    assert (sam.email, sam.is_confirmed) == ("sam@new.example", False)
    with session.reading() as db:
        told = db.execute(select(Delivery.recipient).order_by(Delivery.recipient)).scalars().all()
    assert told == ["sam@new.example", "sam@ours.example"]


def test_an_address_does_not_change_without_its_letters_or_with_those_of_another(world: World) -> None:
    wrong = letters_for(world, world.ours.staff, "other@new.example")
    for letters in (None, wrong, replace(wrong, new="sam@new.example", old="old@ours.example")):
        with pytest.raises(Conflict):
            edit(world, world.ours.staff, SAM, Particulars(email="sam@new.example"), letters)
    edit(world, world.ours.staff, SAM, Particulars(email="sam@ours.example"))


def test_an_address_that_a_colleague_has_is_a_conflict(world: World) -> None:
    letters = letters_for(world, world.ours.staff, "owner@ours.example")
    with pytest.raises(Conflict, match="e-mail address already"):
        edit(world, world.ours.staff, SAM, Particulars(email="owner@ours.example"), letters)


def test_staff_edit_themselves_alone_and_admins_not_the_owner(world: World) -> None:
    ours = world.ours
    admin = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)
    owner_id = public_id_of(ours.owner)
    for by, whom in ((ours.staff, "p-ada"), (ours.staff, owner_id), (admin, owner_id)):
        with pytest.raises(Denied):
            edit(world, by, whom, Particulars(company="x"))
    for by, whom in ((ours.staff, SAM), (admin, SAM), (admin, "p-ada"), (ours.owner, owner_id)):
        edit(world, by, whom, Particulars(company="x"))


def test_a_stranger_and_a_guest_are_not_there(world: World) -> None:
    hire(world.ours.account_id, "gast", Role.GUEST, now=NOON)
    for by, whom in ((world.stranger.owner, SAM), (world.ours.owner, "p-gast"), (world.ours.owner, "x")):
        with pytest.raises(NotFound):
            edit(world, by, whom, Particulars(company="x"))
        with pytest.raises(NotFound):
            set_access(by, whom, Access(Role.ADMIN))


def test_a_colleague_becomes_admin_and_staff_again(world: World) -> None:
    north = group(world, "North")
    set_access(world.ours.owner, SAM, Access(groups=[north]))
    set_access(world.ours.owner, SAM, Access(Role.ADMIN))
    sam = view_of(world.ours.staff)
    assert (sam.role, sam.sees_all, sam.groups) == (Role.ADMIN, True, ())
    set_access(world.ours.owner, SAM, Access(Role.STAFF))
    assert (view_of(world.ours.staff).role, view_of(world.ours.staff).sees_all) == (Role.STAFF, True)


def test_staff_see_all_or_the_groups_they_are_given(world: World) -> None:
    north, south = (group(world, name) for name in ("North", "South"))
    set_access(world.ours.owner, SAM, Access(groups=[south, north]))
    sam = view_of(world.ours.staff)
    assert (sam.sees_all, [one.name for one in sam.groups]) == (False, ["North", "South"])
    set_access(world.ours.owner, SAM, Access(sees_all=False, groups=[north]))
    set_access(world.ours.owner, SAM, Access(Role.STAFF))  # which names no groups, so they stay
    assert [one.name for one in view_of(world.ours.staff).groups] == ["North"]
    set_access(world.ours.owner, SAM, Access(sees_all=True, groups=[north]))
    assert (view_of(world.ours.staff).sees_all, view_of(world.ours.staff).groups) == (True, ())


@pytest.mark.parametrize("wanted", [Access(sees_all=False), Access(groups=[]), Access(groups=["x"])])
def test_no_group_and_an_unknown_one_are_invalid(world: World, wanted: Access) -> None:
    with pytest.raises(Invalid) as caught:
        set_access(world.ours.owner, SAM, wanted)
    assert caught.value.field == "groups"


def test_a_strangers_group_is_refused_and_nothing_changes(world: World) -> None:
    ours, theirs = group(world, "North"), group(world, "North", of=world.stranger.owner)
    with pytest.raises(Invalid) as caught:
        set_access(world.ours.owner, SAM, Access(Role.STAFF, groups=[ours, theirs]))
    assert caught.value.field == "groups"
    with session.reading() as db:
        assert db.execute(select(StaffGroup.id)).all() == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.GUEST, Role.TOKEN])
def test_nobody_is_made_anything_else(world: World, role: Role) -> None:
    with pytest.raises(Invalid) as caught:
        set_access(world.ours.owner, SAM, Access(role))
    assert caught.value.field == "role"


def test_nobody_raises_themself_and_nobody_lowers_the_owner(world: World) -> None:
    ours = world.ours
    admin = hire(ours.account_id, "ada", Role.ADMIN, now=NOON)
    owner_id = public_id_of(ours.owner)
    tries = ((ours.staff, SAM), (admin, "p-ada"), (admin, owner_id), (ours.owner, owner_id))
    for by, whom in tries:
        with pytest.raises(Denied):
            set_access(by, whom, Access(Role.ADMIN))
    assert view_of(ours.owner).role is Role.OWNER


def test_who_became_the_owner_meanwhile_is_left_alone(world: World) -> None:
    with session.transaction() as db, pytest.raises(Conflict):
        staff.change_if(db, world.ours.owner.staff_id or 0, (Role.ADMIN,), {"role": "staff"})


def test_a_colleague_who_is_chosen_has_to_be_there(world: World) -> None:
    hire(world.ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    hire(world.ours.account_id, "gast", Role.GUEST, now=NOON)
    with session.reading() as db:
        found = staff.find_colleague(db, world.ours.account_id, SAM, field="successor")
        assert found.id == world.ours.staff.staff_id
        for whom in ("p-gone", "p-gast", "staff-stranger"):
            with pytest.raises(Invalid) as caught:
                staff.find_colleague(db, world.ours.account_id, whom, field="successor")
            assert caught.value.field == "successor"
