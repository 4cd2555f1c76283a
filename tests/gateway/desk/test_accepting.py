"""Accepting an invitation: once, by whoever may, as nobody who was here before."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

from gateway.desk import accepting, groups, operating
from gateway.desk.accepting import Joined
from gateway.desk.inviting import Invited, StaffInvite
from gateway.desk.staff import Particulars
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.invitations import LASTS, Rights
from gateway.store import session
from gateway.store.bounds import Limits
from gateway.store.models import CustomerGroup, Invitation, Staff, StaffGroup
from tests.gateway.desk.test_inviting import IDA, KIM, guest, invite, invite_again, north, row, staff
from tests.world import NOON, World, mail

_KNOWN = Particulars("kim", "Kim", "Klein")


def join(world: World, secret: str, newcomer: Particulars | None = None) -> Joined:
    with session.transaction() as db:
        return accepting.accept(
            db,
            secret,
            newcomer or Particulars("new", "Ida", "Inger"),
            password_hash="hash",
            locale="de",
            now=world.clock.now(),
        )


def join_as(world: World, by: Actor, secret: str) -> Joined:
    with session.transaction() as db:
        return accepting.accept_as(db, by, secret, now=world.clock.now())


def person(staff_id: int) -> Staff:
    with session.reading() as db:
        found = db.execute(select(Staff).where(Staff.id == staff_id)).scalar_one()
        db.expunge(found)
        return found


def groups_of(staff_id: int) -> list[str]:
    with session.reading() as db:
        named = select(CustomerGroup.name).join(StaffGroup, StaffGroup.group_id == CustomerGroup.id)
        return list(db.execute(named.where(StaffGroup.staff_id == staff_id)).scalars())


def as_guest(world: World, joined: Joined) -> Actor:
    return Actor(world.ours.account_id, Role.GUEST, joined.staff_id)


@pytest.fixture
def desk(world: World) -> World:
    for subject in ("One", "Two"):
        world.receive(mail(subject=subject))
    return world


def test_looking_shows_what_it_is_and_uses_nothing_up(desk: World) -> None:
    rights = Rights(may_answer=True)
    _, secret = invite(desk, guest(rights=rights))
    with session.transaction() as db:
        accepting.look(db, secret, now=desk.clock.now())
    with session.reading() as db:
        offer = accepting.look(db, secret, now=desk.clock.now())
        suggested = accepting.suggest_login(db, offer)
    assert offer.shared.ticket is not None
    assert (offer.business, offer.invited_by, offer.address) == ("Ours", "ours", IDA)
    assert (offer.shared.ticket.number, offer.shared.ticket.subject) == (1, "One")
    assert (offer.role, offer.rights, offer.until, offer.person_id) == (Role.GUEST, rights, None, None)
    assert suggested == IDA


def test_nobody_joins_where_no_more_may_work_but_guests(desk: World) -> None:
    _, of_staff = invite(desk, staff())
    _, of_guest = invite(desk, guest())
    with session.transaction() as db:
        operating.limit(db, None, desk.ours.public_id, Limits(staff=2), now=NOON)
    with pytest.raises(Conflict, match="operator"):
        join(desk, of_staff)
    with pytest.raises(Conflict, match="operator"):
        invite(desk, staff("more@people.example"))
    assert join(desk, of_guest).role is Role.GUEST
    with session.transaction() as db:
        operating.limit(db, None, desk.ours.public_id, Limits(staff=3), now=NOON)
    assert join(desk, of_staff, _KNOWN).role is Role.STAFF


def test_a_guest_becomes_no_colleague_where_no_more_may_work(desk: World) -> None:
    _, of_guest = invite(desk, guest())
    joined = join(desk, of_guest)
    _, of_staff = invite(desk, staff(IDA))
    with session.transaction() as db:
        operating.limit(db, None, desk.ours.public_id, Limits(staff=2), now=NOON)
    with pytest.raises(Conflict, match="operator"):
        join_as(desk, as_guest(desk, joined), of_staff)


def test_a_colleague_joins_with_the_role_and_the_groups_that_are_still_there(desk: World) -> None:
    kept = north(desk)
    with session.transaction() as db:
        gone = groups.create(db, desk.ours.owner, name="South", now=NOON)
    public_id, secret = invite(desk, staff(sees_all=False, groups=(kept, gone)))
    with session.transaction() as db:
        groups.remove(db, desk.ours.owner, gone)
    typed = Particulars(
        " KIM ",
        " Kim ",
        "de  la Cruz",
        salutation="Dr.",
        company="Klein Ltd",
        postal_address=" 1 High Street\nTown ",
    )
    joined = join(desk, secret, typed)
    made, now = person(joined.staff_id), desk.clock.now()
    assert (joined.login, joined.role) == ("kim", Role.STAFF)
    assert (made.account_id, made.role, made.email, made.sees_all) == (
        desk.ours.account_id,
        "staff",
        KIM,
        False,
    )
    assert (made.first_name, made.last_name, made.salutation) == ("Kim", "de la Cruz", "Dr.")
    assert (made.company, made.postal_address) == ("Klein Ltd", "1 High Street\nTown")
    assert (made.password_hash, made.locale, made.email_confirmed_at) == ("hash", "de", now)
    assert groups_of(joined.staff_id) == ["North"]
    used = row(public_id)
    assert (used.staff_id, used.accepted_at, used.token_hash) == (joined.staff_id, now, None)


def test_a_guest_joins_without_any_group(desk: World) -> None:
    public_id, secret = invite(desk, guest())
    joined = join(desk, secret)
    made = person(joined.staff_id)
    assert (joined.role, made.role, made.sees_all, groups_of(made.id)) == (Role.GUEST, "guest", False, [])
    assert row(public_id).staff_id == joined.staff_id


def test_an_invitation_by_another_business_makes_another_person(desk: World) -> None:
    desk.receive(mail(), "help@stranger.example")
    first = join(desk, invite(desk, guest())[1])
    second = join(desk, invite(desk, guest(), desk.stranger.owner)[1], Particulars("other", "Ida", "Inger"))
    assert first.staff_id != second.staff_id
    assert person(second.staff_id).account_id == desk.stranger.account_id


@pytest.mark.parametrize(
    "values",
    [
        {"token_hash": None},
        {"revoked_at": NOON},
        {"accepted_at": NOON},
        {"expires_at": NOON},
        {"until": NOON},
        {"token_hash": "x"},
    ],
)
def test_a_link_that_is_none_any_more_answers_like_one_that_never_was(
    desk: World, values: dict[str, Any]
) -> None:
    _, secret = invite(desk, guest())
    with session.transaction() as db:
        db.execute(update(Invitation).values(**values))
    told = []
    for tried in (secret, "never was", ""):
        with pytest.raises(NotFound) as refused:
            join(desk, tried)
        told.append(refused.value.public)
    assert len(set(told)) == 1


@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False)])
def test_a_link_ends_with_its_time(desk: World, seconds: int, *, is_good: bool) -> None:
    _, secret = invite(desk, guest())
    desk.clock.at += LASTS + timedelta(seconds=seconds)
    if is_good:
        join(desk, secret)
        return
    with pytest.raises(NotFound):
        join(desk, secret)


def test_a_link_works_once_and_an_older_one_not_at_all(desk: World) -> None:
    public_id, older = invite(desk, guest())
    secret = invite_again(desk, public_id)
    with pytest.raises(NotFound):
        join(desk, older)
    join(desk, secret)
    with pytest.raises(NotFound):
        join(desk, secret, Particulars("second", "Eve", "Evil"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Particulars("x", "Ida", "Inger"), "login"),
        (Particulars("ida", " ", "Inger"), "first_name"),
        (Particulars("ida", "Ida", ""), "last_name"),
        (Particulars("ida", "I" * 101, "Inger"), "first_name"),
        (Particulars("ida", "Ida", "Inger", salutation="x" * 51), "salutation"),
        (Particulars("ida", "Ida", "Inger", company="x" * 201), "company"),
        (Particulars("ida", "Ida", "Inger", postal_address="x" * 501), "postal_address"),
    ],
)
def test_what_cannot_be_taken_is_told_and_the_link_stays_good(
    desk: World, typed: Particulars, field: str
) -> None:
    _, secret = invite(desk, guest())
    with pytest.raises(Invalid) as refused:
        join(desk, secret, typed)
    assert refused.value.field == field
    with pytest.raises(Conflict, match="taken"):
        join(desk, secret, Particulars("SAM-stranger", "Ida", "Inger"))
    join(desk, secret)


@pytest.mark.parametrize("taken", ["login", "address"])
def test_who_takes_login_or_address_at_the_same_moment_is_found(desk: World, taken: str) -> None:
    _, secret = invite(desk, guest())
    values = {
        "public_id": "other",
        "account_id": desk.ours.account_id,
        "role": "guest",
        "login": "new" if taken == "login" else "other",
        "email": IDA if taken == "address" else KIM,
        "first_name": "",
        "last_name": "",
        "password_hash": "x",
        "locale": "",
        "created_at": NOON,
    }
    come: list[object] = []

    def come_in(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        """The other one, when we have looked and not yet written."""
        if statement.startswith("UPDATE invitation") and not come:
            come.append(connection.execute(insert(Staff).values(**values)))

    def join_late() -> None:
        with session.transaction() as db:
            event.listen(db.connection(), "before_cursor_execute", come_in)
            known = Particulars("new", "Ida", "Inger")
            accepting.accept(db, secret, known, password_hash="x", locale="", now=desk.clock.now())

    with pytest.raises(Conflict, match="taken" if taken == "login" else "have a login here"):
        join_late()
    assert len(come) == 1


def test_of_two_who_accept_at_once_one_comes_in(desk: World) -> None:
    _, secret = invite(desk, guest())
    both = Barrier(2)

    def attempt(number: int) -> bool:
        with suppress(NotFound, Conflict), session.transaction() as db:
            waited = [False]

            def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
                if "UPDATE invitation" in statement and not waited[0]:
                    waited[0] = True
                    if not session.is_sqlite():
                        both.wait(10)

            event.listen(db.connection(), "before_cursor_execute", wait)
            accepting.accept(
                db,
                secret,
                Particulars(f"new{number}", "Ida", "Inger"),
                password_hash="x",
                locale="",
                now=desk.clock.now(),
            )
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        came_in = list(pool.map(attempt, range(2)))
    assert sorted(came_in) == [False, True]
    with session.reading() as db:
        here = select(func.count()).where(Staff.email == IDA)
        assert db.execute(here).scalar_one() == 1


def test_nobody_gets_into_an_existing_person_by_a_link(desk: World) -> None:
    first = join(desk, invite(desk, guest())[1])
    _, secret = invite(desk, guest(IDA.upper(), ticket=2))
    with session.reading() as db:
        offer = accepting.look(db, secret, now=desk.clock.now())
    assert (offer.person_id, offer.login) == (first.staff_id, "new")
    with pytest.raises(Conflict, match="have a login here"):
        join(desk, secret, Particulars("newer", "Eve", "Evil"))
    for by in (desk.ours.owner, desk.stranger.owner, Actor(desk.ours.account_id, Role.TOKEN)):
        with pytest.raises(Denied):
            join_as(desk, by, secret)
    assert join_as(desk, as_guest(desk, first), secret) == Joined(first.staff_id, "new", Role.GUEST)
    with pytest.raises(NotFound):
        join_as(desk, as_guest(desk, first), secret)
    assert person(first.staff_id).password_hash == "hash"


def test_accepting_confirms_the_address_of_who_was_here(desk: World) -> None:
    joined = join(desk, invite(desk, guest())[1])
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == joined.staff_id).values(email_confirmed_at=None))
    join_as(desk, as_guest(desk, joined), invite(desk, guest(ticket=2))[1])
    assert person(joined.staff_id).email_confirmed_at == desk.clock.now()


def test_a_guest_becomes_a_colleague_by_accepting(desk: World) -> None:
    joined = join(desk, invite(desk, guest())[1])
    _, secret = invite(desk, StaffInvite(Invited(IDA), sees_all=False, groups=(north(desk),)))
    assert join_as(desk, as_guest(desk, joined), secret).role is Role.STAFF
    made = person(joined.staff_id)
    assert (made.role, made.sees_all, groups_of(made.id)) == ("staff", False, ["North"])


def test_nobody_becomes_less_by_an_invitation(desk: World) -> None:
    _, secret = invite(desk, staff("owner2@ours.example"))
    with session.transaction() as db:
        mine = Staff.id == desk.ours.owner.staff_id
        db.execute(update(Staff).where(mine).values(email="owner2@ours.example"))
    assert join_as(desk, desk.ours.owner, secret).role is Role.OWNER
    assert person(desk.ours.owner.staff_id or 0).role == "owner"


def test_who_was_shut_out_meanwhile_does_not_come_in_by_an_older_link(desk: World) -> None:
    joined = join(desk, invite(desk, guest())[1])
    _, secret = invite(desk, guest(ticket=2))
    with session.transaction() as db:
        gone = update(Staff).where(Staff.id == joined.staff_id)
        db.execute(gone.values(deactivated_at=NOON))
    with pytest.raises(NotFound):
        join(desk, secret, Particulars("newer", "Ida", "Inger"))


def test_who_was_shut_out_lets_nobody_in_by_what_they_sent_before(desk: World) -> None:
    public_id, secret = invite(desk, guest(), desk.ours.staff)
    with session.transaction() as db:
        gone = update(Staff).where(Staff.id == desk.ours.staff.staff_id)
        db.execute(gone.values(deactivated_at=NOON))
    with pytest.raises(NotFound):
        join(desk, secret)
    again = invite_again(desk, public_id)
    with session.reading() as db:
        assert accepting.look(db, again, now=desk.clock.now()).invited_by == "ours"
    join(desk, again)


def test_a_login_that_is_taken_gets_a_number(desk: World) -> None:
    _, secret = invite(desk, staff("sam-ours@elsewhere.example"))
    with session.reading() as db:
        offer = accepting.look(db, secret, now=desk.clock.now())
        assert accepting.suggest_login(db, offer) == "sam-ours2"


def test_where_no_login_can_be_suggested_none_is(desk: World) -> None:
    _, secret = invite(desk, staff("ö@elsewhere.example"))
    with session.reading() as db:
        offer = accepting.look(db, secret, now=desk.clock.now())
        assert accepting.suggest_login(db, offer) == ""


def test_after_any_error_nothing_is_left_behind(desk: World) -> None:
    _, secret = invite(desk, guest())
    with suppress(DeskError):
        join(desk, secret, replace(_KNOWN, login="sam-ours"))
    with session.reading() as db:
        assert db.execute(select(func.count()).where(Staff.email == IDA)).scalar_one() == 0
        assert db.execute(select(Invitation.accepted_at)).scalar_one() is None
