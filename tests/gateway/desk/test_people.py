"""Accounts and their owners."""

import pytest

from gateway.desk import people, signin
from gateway.desk.people import AccountView
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store import session
from tests.world import NOON, World


def create(login: str = "anna", email: str = "anna@new.example", name: str = "New") -> AccountView:
    with session.transaction() as db:
        return people.create_account(db, login=login, email=email, name=name, password_hash="x", now=NOON)


def test_an_account_has_a_generated_id_and_its_owner(world: World) -> None:
    made = create(" Anna ", " Anna@new.example ", " New ")
    assert (made.login, made.email, made.name) == ("anna", "Anna@new.example", "New")
    assert len(made.public_id) == 24
    with session.reading() as db:
        assert people.get_account(db, made.public_id) == people.get_account(db, "anna") == made
        assert people.list_accounts(db)[-1] == made


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_an_address_is_confirmed_or_is_not_yet(world: World, *, is_confirmed: bool) -> None:
    with session.transaction() as db:
        values = {"login": "anna", "email": "a@new.example", "name": "", "password_hash": "x", "now": NOON}
        people.create_account(db, **values, is_confirmed=is_confirmed)  # type: ignore[arg-type]
        found = signin.find_credentials(db, "anna")
        assert found is not None
        secret = signin.open_session(db, found.staff_id, browser="", now=NOON)
        db.flush()
        here = signin.find_session(db, secret, now=NOON)
    assert here is not None
    assert here.actor.is_confirmed is is_confirmed


def test_without_a_name_it_is_called_like_its_owner(world: World) -> None:
    assert create(name="  ").name == "anna"


@pytest.mark.parametrize("login", ["ours", "OURS", "sam-stranger"])
def test_a_taken_login_is_a_conflict_in_the_whole_installation(world: World, login: str) -> None:
    with pytest.raises(Conflict):
        create(login)


@pytest.mark.parametrize("login", ["ab", "a" * 100, "a.b_c@d+e-f", "0x"])
def test_logins_within_the_rule_are_taken(world: World, login: str) -> None:
    assert create(login).login == login


@pytest.mark.parametrize("login", ["", "a", "a" * 101, "-ab", "a b", "ä" * 3, "a\nb", "a/b"])
def test_logins_beyond_it_are_invalid(world: World, login: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(login)
    assert caught.value.field == "login"


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a@b.example, c@d.example", "a@b.example\nBcc: x"])
def test_what_is_no_address_is_invalid(world: World, email: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(email=email)
    assert caught.value.field == "email"


@pytest.mark.parametrize("wanted", ["", "none", "sam-ours", "%"])
def test_no_other_account_is_found(world: World, wanted: str) -> None:
    with session.reading() as db, pytest.raises(NotFound):
        people.get_account(db, wanted)


def test_the_first_login_that_is_free_is_suggested(world: World) -> None:
    with session.reading() as db:
        assert people.suggest_login(db, ["Ö", "x", " SAM-ours ", "Sam-Theirs", "later"]) == "sam-theirs"
        assert people.suggest_login(db, ["ours", ""]) == ""
