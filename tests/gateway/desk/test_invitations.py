"""Managing invitations: who sees which, and that what is taken away ends at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk import accepting, halfsignin, invitations, signin
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.invitations import READING, Rights, State, end_of
from gateway.store import session
from gateway.store.models import Invitation, Staff
from tests.gateway.desk.test_accepting import join
from tests.gateway.desk.test_inviting import IDA, KIM, guest, invite, invite_again, row, staff
from tests.world import NOON, World, mail


@pytest.fixture
def desk(world: World) -> World:
    for subject in ("One", "Two"):
        world.receive(mail(subject=subject))
    return world


def revoke(world: World, public_id: str, by: Actor | None = None) -> None:
    with session.transaction() as db:
        invitations.revoke(db, by or world.ours.owner, public_id, now=world.clock.now())


def change(
    world: World,
    public_id: str,
    *,
    rights: Rights = READING,
    until: date | None = None,
    by: Actor | None = None,
) -> None:
    with session.transaction() as db:
        now = world.clock.now()
        invitations.change(db, by or world.ours.owner, public_id, rights=rights, until=until, now=now)


def cookie_of(world: World, staff_id: int) -> str:
    with session.transaction() as db:
        halfsignin.begin(db, staff_id, now=world.clock.now())
        return signin.open_session(db, staff_id, browser="", now=world.clock.now())


def is_in(world: World, cookie: str) -> bool:
    with session.reading() as db:
        return signin.find_session(db, cookie, now=world.clock.now()) is not None


def state_of(world: World, public_id: str) -> State:
    with session.reading() as db:
        return invitations.get(db, world.ours.owner, public_id, now=world.clock.now()).state


def test_managers_manage_all_and_staff_what_they_sent_for_tickets(desk: World) -> None:
    theirs, _ = invite(desk, guest(), desk.ours.staff)
    owners, _ = invite(desk, guest(KIM))
    with session.reading() as db:
        for by, public_id in (
            (desk.ours.owner, theirs),
            (desk.ours.owner, owners),
            (desk.ours.staff, theirs),
        ):
            assert invitations.get(db, by, public_id, now=NOON).public_id == public_id
    for by, public_id in ((desk.ours.staff, owners), (desk.stranger.owner, theirs)):
        for verb in (revoke, change):
            with pytest.raises(NotFound):
                verb(desk, public_id, by=by)
        with session.reading() as db, pytest.raises(NotFound):
            invitations.get(db, by, public_id, now=NOON)


def test_who_manages_the_account_no_more_manages_no_colleagues(desk: World) -> None:
    was_admin = Actor(desk.ours.account_id, Role.ADMIN, desk.ours.staff.staff_id, "Sam")
    public_id, _ = invite(desk, staff(), was_admin)
    with pytest.raises(NotFound):
        revoke(desk, public_id, desk.ours.staff)


def test_guests_manage_none(desk: World) -> None:
    with pytest.raises(Denied):
        invitations.managed_by(Actor(desk.ours.account_id, Role.GUEST, 1))


def test_a_revoked_link_is_dead_and_stays_so(desk: World) -> None:
    public_id, secret = invite(desk, guest())
    revoke(desk, public_id)
    at = row(public_id).revoked_at
    desk.clock.advance(minutes=1)
    revoke(desk, public_id)
    assert (row(public_id).revoked_at, row(public_id).token_hash) == (at, None)
    with session.reading() as db, pytest.raises(NotFound):
        accepting.look(db, secret, now=desk.clock.now())
    for attempt in (lambda: invite_again(desk, public_id), lambda: change(desk, public_id)):
        with pytest.raises(Conflict):
            attempt()
    assert state_of(desk, public_id) is State.REVOKED


def test_a_guest_without_any_invitation_left_is_signed_out_everywhere(desk: World) -> None:
    first, secret = invite(desk, guest())
    ida = join(desk, secret)
    second, again = invite(desk, guest(ticket=2))
    with session.transaction() as db:
        by = Actor(desk.ours.account_id, Role.GUEST, ida.staff_id)
        accepting.accept_as(db, by, again, now=desk.clock.now())
    cookie, owners = cookie_of(desk, ida.staff_id), cookie_of(desk, desk.ours.owner.staff_id or 0)
    revoke(desk, first)
    assert is_in(desk, cookie)
    revoke(desk, second)
    assert (is_in(desk, cookie), is_in(desk, owners)) == (False, True)


def test_an_invitation_that_is_over_by_its_date_keeps_nobody_in(desk: World) -> None:
    today = desk.clock.now().astimezone().date()
    over, secret = invite(desk, guest(until=today))
    ida = join(desk, secret)
    present, again = invite(desk, guest(ticket=2))
    with session.transaction() as db:
        by = Actor(desk.ours.account_id, Role.GUEST, ida.staff_id)
        accepting.accept_as(db, by, again, now=desk.clock.now())
    desk.clock.at += timedelta(days=1)
    assert state_of(desk, over) is State.EXPIRED
    cookie = cookie_of(desk, ida.staff_id)
    revoke(desk, present)
    assert not is_in(desk, cookie)


def test_who_became_a_colleague_stays_in_whatever_guests_invitation_ends(desk: World) -> None:
    public_id, secret = invite(desk, guest())
    ida = join(desk, secret)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == ida.staff_id).values(role=Role.STAFF.value))
    cookie = cookie_of(desk, ida.staff_id)
    revoke(desk, public_id)
    assert is_in(desk, cookie)


def test_what_a_colleague_accepted_cannot_be_revoked_here(desk: World) -> None:
    public_id, secret = invite(desk, staff())
    kim = join(desk, secret)
    cookie = cookie_of(desk, kim.staff_id)
    with pytest.raises(Conflict, match="was accepted"):
        revoke(desk, public_id)
    assert is_in(desk, cookie)


def test_a_guest_may_do_more_or_less_and_until_another_day(desk: World) -> None:
    public_id, secret = invite(desk, guest())
    join(desk, secret)
    today = desk.clock.now().astimezone().date()
    change(desk, public_id, rights=Rights(may_note=True, may_answer=True), until=today)
    kept = row(public_id)
    assert (kept.may_note, kept.may_answer, kept.may_join, kept.until) == (True, True, False, end_of(today))
    desk.clock.at += timedelta(days=2)
    assert state_of(desk, public_id) is State.EXPIRED
    change(desk, public_id)
    kept = row(public_id)
    assert (kept.may_note, kept.until, state_of(desk, public_id)) == (False, None, State.ACCEPTED)


def test_what_cannot_be_changed_is_refused(desk: World) -> None:
    guests, _ = invite(desk, guest())
    colleagues, _ = invite(desk, staff())
    with pytest.raises(NotFound):
        change(desk, colleagues)
    with pytest.raises(Invalid) as refused:
        change(desk, guests, rights=Rights(may_note=True), until=NOON.date() - timedelta(days=2))
    assert refused.value.field == "until"
    assert not row(guests).may_note


def test_who_invited_may_be_gone_and_the_invitation_stays(desk: World) -> None:
    public_id, secret = invite(desk, guest(IDA), desk.ours.staff)
    with session.transaction() as db:
        person = db.execute(select(Staff).where(Staff.id == desk.ours.staff.staff_id)).scalar_one()
        db.delete(person)
    with session.reading() as db:
        assert db.execute(select(Invitation.invited_by_id)).scalar_one() is None
        assert accepting.look(db, secret, now=desk.clock.now()).invited_by == ""
    revoke(desk, public_id)
