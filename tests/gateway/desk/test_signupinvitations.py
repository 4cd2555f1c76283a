"""Invitations to sign up: good once, for a week, for one address; and what they prove of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.desk import signupinvitations
from gateway.desk.signupinvitations import LASTS, InvitationView, Invited, Newcomer
from gateway.errors import Invalid, NotFound
from gateway.mail.parse import parse
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import SignUpInvitation
from tests.world import DOMAIN, NOON, World

ADDRESS = "new@firm.example"


def invite(address: str = ADDRESS) -> Invited:
    with session.transaction() as db:
        return signupinvitations.invite(db, address, now=NOON)


def redeem(secret: str, *, after: timedelta = timedelta()) -> Newcomer:
    with session.transaction() as db:
        return signupinvitations.redeem(db, secret, now=NOON + after)


def listed() -> tuple[InvitationView, ...]:
    with session.reading() as db:
        return signupinvitations.list_open(db, now=NOON)


def test_the_printed_link_proves_nothing_of_the_address_the_mailed_one_does(world: World) -> None:
    assert redeem(invite().secret) == Newcomer(ADDRESS, is_confirmed=False)
    assert redeem(invite().mailed_secret) == Newcomer(ADDRESS, is_confirmed=True)


def test_it_works_once_whichever_link_was_used(world: World) -> None:
    invited = invite()
    redeem(invited.secret)
    for secret in (invited.secret, invited.mailed_secret):
        with pytest.raises(NotFound):
            redeem(secret)


@pytest.mark.parametrize("secret", ["", "x", "None"])
def test_a_guess_is_nothing(world: World, secret: str) -> None:
    invited = invite()
    with session.transaction() as db:
        signupinvitations.forget_mailed(db, invited.public_id)
    with pytest.raises(NotFound):
        redeem(secret)


def test_it_ends_with_its_week(world: World) -> None:
    invited = invite()
    with pytest.raises(NotFound):
        redeem(invited.secret, after=LASTS)
    assert redeem(invited.secret, after=LASTS - timedelta(seconds=1)).address == ADDRESS


def test_a_newer_invitation_takes_the_place_of_an_older_one(world: World) -> None:
    first, second = invite(), invite(f" {ADDRESS} ")
    with pytest.raises(NotFound):
        redeem(first.secret)
    assert redeem(second.secret).address == ADDRESS


def test_one_that_is_taken_back_is_worth_nothing(world: World) -> None:
    invited = invite()
    with session.transaction() as db:
        assert signupinvitations.revoke(db, invited.public_id) == ADDRESS
    with pytest.raises(NotFound):
        redeem(invited.secret)
    with session.transaction() as db, pytest.raises(NotFound):
        signupinvitations.revoke(db, invited.public_id)


def test_where_the_mail_did_not_go_its_link_is_worth_nothing(world: World) -> None:
    invited = invite()
    assert listed()[0].is_mailed
    with session.transaction() as db:
        signupinvitations.forget_mailed(db, invited.public_id)
    assert not listed()[0].is_mailed
    with pytest.raises(NotFound):
        redeem(invited.mailed_secret)
    assert not redeem(invited.secret).is_confirmed


def test_those_that_are_good_are_listed_without_their_secrets(world: World) -> None:
    first, second = invite(), invite("other@firm.example")
    redeem(first.secret)
    assert [(one.public_id, one.expires_at) for one in listed()] == [(second.public_id, NOON + LASTS)]
    with session.reading() as db:
        row = db.execute(select(SignUpInvitation)).scalar_one()
        assert second.secret not in str(vars(row))
    assert second.secret not in repr(second)


def test_what_is_no_address_is_not_invited(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        invite("nobody")
    assert refused.value.field == "email"
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(SignUpInvitation)).scalar_one() == 0


@pytest.mark.parametrize(("locale", "said"), [("en", "within 7 days"), ("de", "innerhalb von 7 Tagen")])
def test_the_mail_holds_the_link_that_proves_the_address(world: World, locale: str, said: str) -> None:
    invited = invite()
    base = "https://desk.example"
    raw = signupinvitations.write(invited, locale=locale, base_url=base, mail_domain=DOMAIN, now=NOON)
    mail = parse(raw, detect_type=detect_type)
    assert mail.to[0].address == ADDRESS
    assert f"{base}/sign-up/invited#{invited.mailed_secret}" in mail.text
    assert invited.secret not in mail.text
    assert said in " ".join(mail.text.split())
