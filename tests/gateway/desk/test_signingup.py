"""Beginning an account by oneself, with or without an invitation."""

import pytest
from sqlalchemy import select

from gateway.desk import guidedstart, signingup, signupinvitations
from gateway.desk.signingup import Wish
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Account, Staff
from tests.world import NOON, World

WISH = Wish("smith", "a hash", "de")


def test_a_newcomer_owns_an_account_whose_start_begins(world: World) -> None:
    with session.transaction() as db:
        reader = signingup.sign_up(db, WISH, "s@smith.example", now=NOON)
    assert (reader.login, reader.email, reader.locale) == ("smith", "s@smith.example", "de")
    with session.reading() as db:
        made = db.execute(select(Staff).where(Staff.id == reader.staff_id)).scalar_one()
        assert (made.role, made.email_confirmed_at) == (Role.OWNER.value, None)
        name = db.execute(select(Account.name).where(Account.id == reader.account_id)).scalar_one()
        assert name == "smith"
        assert guidedstart.find(db, Actor(reader.account_id, Role.OWNER, reader.staff_id)).is_on


@pytest.mark.parametrize("is_mailed", [True, False])
def test_the_address_of_who_was_invited_is_that_of_the_invitation(world: World, *, is_mailed: bool) -> None:
    with session.transaction() as db:
        invited = signupinvitations.invite(db, "s@smith.example", now=NOON)
    secret = invited.mailed_secret if is_mailed else invited.secret
    with session.transaction() as db:
        reader, is_confirmed = signingup.sign_up_invited(db, WISH, secret, now=NOON)
    assert (reader.email, is_confirmed) == ("s@smith.example", is_mailed)
    with session.reading() as db:
        at = db.execute(select(Staff.email_confirmed_at).where(Staff.id == reader.staff_id)).scalar_one()
    assert at == (NOON if is_mailed else None)


@pytest.mark.parametrize(
    ("wish", "error"), [(Wish("ours", "h", ""), Conflict), (Wish("?", "h", ""), Invalid)]
)
def test_a_slip_leaves_the_invitation_good(world: World, wish: Wish, error: type[Exception]) -> None:
    with session.transaction() as db:
        invited = signupinvitations.invite(db, "s@smith.example", now=NOON)
    with pytest.raises(error), session.transaction() as db:
        signingup.sign_up_invited(db, wish, invited.secret, now=NOON)
    with session.transaction() as db:
        signingup.sign_up_invited(db, WISH, invited.secret, now=NOON)


def test_without_an_invitation_no_account_is_made(world: World) -> None:
    with pytest.raises(NotFound), session.transaction() as db:
        signingup.sign_up_invited(db, WISH, "guessed", now=NOON)
    with session.reading() as db:
        assert db.execute(select(Staff.id).where(Staff.login == "smith")).first() is None
