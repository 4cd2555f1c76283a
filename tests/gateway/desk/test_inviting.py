"""Inviting: who may, whom, how often; and what the mail says."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from gateway.desk import groups, inviting
from gateway.desk.inviting import GuestInvite, Invited, Post, StaffInvite
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound, TooMany
from gateway.ids import hash_secret
from gateway.mail.parse import parse
from gateway.rules.access import Actor, Role
from gateway.rules.invitations import LASTS, Rights, end_of
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, Invitation, Staff
from tests.admitting import invitation_row
from tests.world import DOMAIN, NOON, SUPPORT, World, mail

IDA, KIM = "ida@freelance.example", "kim@ours.example"
BASE = "https://desk.example"


def post(world: World) -> Post:
    return Post(BASE, DOMAIN, world.blobs, b"key")


def invite(world: World, wanted: StaffInvite | GuestInvite, by: Actor | None = None) -> tuple[str, str]:
    """Invite somebody; the invitation's public id, and the secret of its link."""
    by, now = by or world.ours.owner, world.clock.now()
    with session.reading() as db:
        letter = inviting.write(db, by, wanted, post=post(world), now=now)
    with session.transaction() as db:
        public_id = inviting.send(db, by, letter, now=now)
    return public_id, secret_in(text_of(world, letter.raw_sha256))


def invite_again(world: World, public_id: str, by: Actor | None = None) -> str:
    """Send it again; the new secret."""
    by, now = by or world.ours.owner, world.clock.now()
    with session.reading() as db:
        letter = inviting.write_again(db, by, public_id, post=post(world), now=now)
    with session.transaction() as db:
        inviting.send_again(db, by, public_id, letter, now=now)
    return secret_in(text_of(world, letter.raw_sha256))


def text_of(world: World, raw_sha256: str) -> str:
    return parse(world.blobs.read(raw_sha256), detect_type=detect_type).text


def secret_in(text: str) -> str:
    found = re.search(rf"{BASE}/invitation#(\S+)", text)
    assert found is not None
    return found[1]


def guest(address: str = IDA, **values: Any) -> GuestInvite:
    return GuestInvite(Invited(address, "Ida"), **({"ticket": 1} | values))


def staff(address: str = KIM, **values: Any) -> StaffInvite:
    return StaffInvite(Invited(address, "Kim", "Klein"), **values)


def row(public_id: str) -> Invitation:
    with session.reading() as db:
        found = db.execute(select(Invitation).where(Invitation.public_id == public_id)).scalar_one()
        db.expunge(found)
        return found


def north(world: World, of: Actor | None = None) -> str:
    with session.transaction() as db:
        return groups.create(db, of or world.ours.owner, name="North", now=NOON)


@pytest.fixture
def desk(world: World) -> World:
    """With ticket 1 here and none at the stranger's."""
    world.receive(mail(subject="Payroll of Ms Miller"))
    return world


def test_a_colleague_is_invited_with_role_and_groups_and_only_the_hash_is_kept(desk: World) -> None:
    group = north(desk)
    public_id, secret = invite(desk, staff(sees_all=False, groups=(group, group)))
    kept = row(public_id)
    assert (kept.address, kept.role, kept.sees_all, len(kept.groups)) == (KIM, "staff", False, 1)
    assert (kept.invited_by_id, kept.expires_at) == (desk.ours.owner.staff_id, desk.clock.now() + LASTS)
    assert kept.token_hash == hash_secret(secret)
    with session.reading() as db:
        assert db.execute(select(Delivery.recipient, Delivery.ticket_id)).all() == [(KIM, None)]


def test_an_admin_sees_all_whatever_groups_were_named(desk: World) -> None:
    public_id, _ = invite(desk, staff(role=Role.ADMIN, sees_all=False, groups=()))
    assert (row(public_id).sees_all, row(public_id).groups) == (True, [])


def test_a_guest_is_invited_to_one_thing_with_rights_until_the_end_of_a_day(desk: World) -> None:
    group, day = north(desk), date(2026, 3, 9)
    rights = Rights(may_note=True, may_join=True)
    made = [
        row(invite(desk, guest(rights=rights, until=day))[0]),
        row(invite(desk, guest(ticket=None, customer=desk.ours.customer))[0]),
        row(invite(desk, guest(ticket=None, group=group))[0]),
    ]
    named = [(one.ticket_id, one.customer_id, one.group_id) for one in made]
    assert [[key is not None for key in keys] for keys in named] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    first = made[0]
    assert (first.may_note, first.may_answer, first.may_join) == (True, False, True)
    assert (first.until, made[1].until) == (end_of(day), None)


@pytest.mark.parametrize(
    ("locale", "subject", "words"),
    [
        (
            "en",
            "Ours invites you",
            ("Hello Ida,", "ours (Ours) invites you to the request #1", "March 9, 2026"),
        ),
        (
            "de",
            "Ours lädt Sie ein",
            ("Guten Tag Ida,", "ours (Ours) lädt Sie zur Anfrage #1 ein", "9. März 2026"),
        ),
    ],
)
def test_the_mail_says_who_invites_to_what_and_not_what_a_wrong_reader_must_not_know(
    desk: World, locale: str, subject: str, words: tuple[str, ...]
) -> None:
    wanted = guest(until=date(2026, 3, 9))
    invite(desk, replace(wanted, who=replace(wanted.who, locale=locale)))
    with session.reading() as db:
        raw = db.execute(select(Delivery.raw_sha256).where(Delivery.recipient == IDA)).scalar_one()
    got = parse(desk.blobs.read(raw or ""), detect_type=detect_type)
    assert got.subject == subject
    assert [word for word in (*words, IDA) if word not in got.text] == []
    assert "Miller" not in got.text
    assert "\n\n\n" not in got.text


def test_the_mail_to_a_customers_guest_names_no_customer_and_that_of_a_token_nobody(desk: World) -> None:
    token = Actor(desk.ours.account_id, Role.TOKEN, name="sync script")
    invite(desk, guest(ticket=None, customer=desk.ours.customer), token)
    with session.reading() as db:
        raw = db.execute(select(Delivery.raw_sha256).where(Delivery.recipient == IDA)).scalar_one()
    text = text_of(desk, raw or "")
    assert "Ours invites you to the requests of a customer" in text
    assert [word for word in ("Acme", "sync") if word in text] == []


def test_staff_invite_guests_to_a_ticket_and_nobody_else(desk: World) -> None:
    invite(desk, guest(), desk.ours.staff)
    for wanted in (
        staff(),
        guest(ticket=None, customer=desk.ours.customer),
        guest(ticket=None, group=north(desk)),
    ):
        with pytest.raises(Denied):
            invite(desk, wanted, desk.ours.staff)


@pytest.mark.parametrize("by", ["guest", "unconfirmed"])
def test_guests_and_who_has_not_confirmed_their_address_invite_nobody(desk: World, by: str) -> None:
    owner = desk.ours.owner
    actor = replace(owner, role=Role.GUEST) if by == "guest" else replace(owner, is_confirmed=False)
    with pytest.raises(Denied):
        invite(desk, guest(), actor)
    with pytest.raises(Denied):
        invite_again(desk, "x", actor)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (staff(role=Role.OWNER), "role"),
        (staff(role=Role.GUEST), "role"),
        (staff(role=Role.TOKEN), "role"),
        (staff(sees_all=False), "groups"),
        (staff("nobody"), "address"),
        (staff(f" {SUPPORT.upper()} "), "address"),
        (guest(ticket=None), "ticket"),
        (guest(group="x"), "ticket"),
        (guest(until=date(2026, 3, 1)), "until"),
        (guest(until=date.max), "until"),
    ],
)
def test_what_cannot_be_is_refused(desk: World, wanted: StaffInvite | GuestInvite, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        invite(desk, wanted)
    assert refused.value.field == field


def test_what_is_the_strangers_is_not_there(desk: World) -> None:
    stranger = desk.stranger.owner
    group = north(desk)
    for wanted in (
        guest(),
        guest(ticket=2**70),
        guest(ticket=None, customer=desk.ours.customer),
        guest(ticket=None, group=group),
        staff(sees_all=False, groups=(group,)),
    ):
        with pytest.raises(NotFound):
            invite(desk, wanted, stranger)
    public_id, _ = invite(desk, guest())
    for by in (stranger, desk.ours.staff):
        with pytest.raises(NotFound):
            invite_again(desk, public_id, by)


def test_who_works_here_is_not_invited_and_in_another_business_that_is_nobodys_matter(desk: World) -> None:
    for wanted in (staff("Sam@ours.example"), guest("sam@ours.example")):
        with pytest.raises(Conflict, match="works here already"):
            invite(desk, wanted)
    invite(desk, staff("sam@stranger.example"))
    with session.transaction() as db:
        left = update(Staff).where(Staff.email == "sam@ours.example")
        db.execute(left.values(deactivated_at=NOON))
    with pytest.raises(Conflict, match="deactivated"):
        invite(desk, staff("sam@ours.example"))


def test_the_same_address_is_invited_to_the_same_thing_once(desk: World) -> None:
    desk.receive(mail(subject="Another"))
    invite(desk, staff())
    invite(desk, guest(KIM))
    for wanted in (staff(KIM.upper()), guest(KIM)):
        with pytest.raises(Conflict, match="invited to this already"):
            invite(desk, wanted)
    invite(desk, guest(KIM, ticket=2))
    invite(desk, guest("other@ours.example"))
    desk.clock.at += LASTS
    invite(desk, staff())


def test_a_link_that_is_sent_again_is_another_one_and_good_for_as_long(desk: World) -> None:
    public_id, first = invite(desk, guest(), desk.ours.staff)
    desk.clock.at += LASTS + timedelta(days=1)
    second = invite_again(desk, public_id, desk.ours.staff)
    assert second != first
    assert (row(public_id).token_hash, row(public_id).expires_at) == (
        hash_secret(second),
        desk.clock.now() + LASTS,
    )


@pytest.mark.parametrize("values", [{"accepted_at": NOON}, {"revoked_at": NOON}, {"until": NOON}])
def test_what_is_over_is_not_sent_again(desk: World, values: dict[str, Any]) -> None:
    public_id, _ = invite(desk, guest())
    with session.transaction() as db:
        db.execute(update(Invitation).values(**values))
    with pytest.raises(Conflict):
        invite_again(desk, public_id)


def test_what_is_revoked_between_writing_and_sending_stays_so(desk: World) -> None:
    public_id, _ = invite(desk, guest())
    by, now = desk.ours.owner, desk.clock.now()
    with session.reading() as db:
        letter = inviting.write_again(db, by, public_id, post=post(desk), now=now)
    with session.transaction() as db:
        db.execute(update(Invitation).values(revoked_at=NOON, token_hash=None))
    with pytest.raises(Conflict), session.transaction() as db:
        inviting.send_again(db, by, public_id, letter, now=now)
    assert row(public_id).token_hash is None


def test_nobody_gets_more_than_a_few_mails_an_hour_whatever_business_sends_them(desk: World) -> None:
    desk.receive(mail(), "help@stranger.example")
    for by in (desk.ours.owner, desk.stranger.owner):
        invite(desk, staff(IDA), by)
    public_id, _ = invite(desk, guest(IDA))
    for _ in range(inviting.MAX_TO_ONE_AN_HOUR - 3):
        invite_again(desk, public_id)
    for attempt in (
        lambda: invite_again(desk, public_id),
        lambda: invite(desk, guest(IDA), desk.stranger.owner),
    ):
        with pytest.raises(TooMany) as refused:
            attempt()
        assert 0 < refused.value.retry_after <= 3600
    invite(desk, staff("somebody@else.example"))
    desk.clock.at += timedelta(hours=1)
    invite_again(desk, public_id)


def test_an_account_sends_only_so_many_an_hour(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "MAX_AN_HOUR", 3)  # the bound is a number, and a test takes its time
    for number in range(3):
        invite(desk, staff(f"p{number}@ours.example"))
        desk.clock.advance(minutes=10)
    with pytest.raises(TooMany) as refused:
        invite(desk, staff("p4@ours.example"))
    assert refused.value.retry_after == 30 * 60
    invite(desk, staff("p4@ours.example"), desk.stranger.owner)
    desk.clock.advance(minutes=30)
    invite(desk, staff("p4@ours.example"))


def test_an_account_has_only_so_many_open_ones(desk: World) -> None:
    public_id, _ = invite(desk, staff())
    desk.clock.at += LASTS
    now = desk.clock.now()
    rows = [
        invitation_row(
            desk.ours.account_id, f"i{number}", created_at=now, expires_at=now + timedelta(hours=1)
        )
        for number in range(inviting.MAX_OPEN)
    ]
    with session.transaction() as db:
        db.execute(insert(Invitation), rows)
    for attempt in (lambda: invite(desk, staff("one@more.example")), lambda: invite_again(desk, public_id)):
        with pytest.raises(Conflict, match="at most 200 open"):
            attempt()
    invite(desk, staff("one@more.example"), desk.stranger.owner)
    desk.clock.advance(hours=1)
    invite_again(desk, public_id)


def test_a_refused_invitation_leaves_no_row_and_owes_no_mail(desk: World) -> None:
    invite(desk, staff())
    with pytest.raises(DeskError):
        invite(desk, staff())
    with session.reading() as db:
        counts = [
            db.execute(select(func.count()).select_from(kind)).scalar_one() for kind in (Invitation, Delivery)
        ]
    assert counts == [1, 1]
