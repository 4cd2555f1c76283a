"""Sign-in: sessions that end when they should."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.desk import signin
from gateway.desk.signin import PROOF_LASTS, SESSION_LASTS, SignedIn
from gateway.ids import hash_secret
from gateway.store import session
from gateway.store.models import Account, Staff, WebSession
from tests.world import NOON, Business, World


def open_session(
    business: Business, *, ago: timedelta = timedelta(), is_proof: bool = True, used_factor: bool = False
) -> str:
    staff_id = business.owner.staff_id
    assert staff_id is not None
    with session.transaction() as db:
        return signin.open_session(
            db, staff_id, browser="b" * 300, now=NOON - ago, is_proof=is_proof, used_factor=used_factor
        )


def look(secret: str) -> SignedIn:
    with session.reading() as db:
        found = signin.find_session(db, secret, now=NOON)
    assert found is not None
    return found


def who(secret: str) -> str | None:
    with session.reading() as db:
        found = signin.find_session(db, secret, now=NOON)
    return found.login if found else None


def test_a_secret_says_who_is_at_the_browser(world: World) -> None:
    secret = open_session(world.ours)
    with session.reading() as db:
        found = signin.find_session(db, secret, now=NOON)
    assert found is not None
    assert (found.login, found.email, found.account_name) == ("ours", "owner@ours.example", "Ours")
    assert found.account_public_id == world.ours.public_id
    assert (found.actor.account_id, found.actor.role) == (world.ours.account_id, world.ours.owner.role)


def test_the_secret_itself_is_not_kept(world: World) -> None:
    secret = open_session(world.ours)
    with session.reading() as db:
        assert db.execute(select(WebSession.token_hash)).scalar() != secret
    assert who(secret[:-1]) is who("") is None


def test_a_session_ends_with_its_time_and_makes_room_for_the_next(world: World) -> None:
    almost = open_session(world.ours, ago=SESSION_LASTS - timedelta(seconds=1))
    over = open_session(world.ours, ago=SESSION_LASTS)
    assert (who(almost), who(over)) == ("ours", None)
    open_session(world.ours, ago=timedelta(seconds=-1))
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(WebSession)).scalar() == 2


def test_signing_out_ends_that_session_alone(world: World) -> None:
    one, other = open_session(world.ours), open_session(world.ours)
    with session.transaction() as db:
        signin.close_session(db, one)
        signin.close_session(db, "unknown")
    assert (who(one), who(other)) == (None, "ours")


def test_who_is_deactivated_is_signed_out_everywhere(world: World) -> None:
    secret = open_session(world.ours)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(deactivated_at=NOON))
        assert signin.find_credentials(db, "ours") is None
    assert who(secret) is None


def test_a_login_is_found_whatever_its_case(world: World) -> None:
    with session.reading() as db:
        found = signin.find_credentials(db, " Ours ")
        assert found is not None
        assert (found.staff_id, found.password_hash) == (world.ours.owner.staff_id, "x")
        assert signin.find_credentials(db, "nobody") is None


def test_a_person_chooses_a_language_for_themselves(world: World) -> None:
    secret, strangers = open_session(world.ours), open_session(world.stranger)
    with session.transaction() as db:
        signin.set_locale(db, world.ours.owner, "de")
    with session.reading() as db:
        locales = [
            getattr(signin.find_session(db, one, now=NOON), "locale", None) for one in (secret, strangers)
        ]
    assert locales == ["de", ""]


def test_people_see_where_they_are_signed_in(world: World) -> None:
    old, new = open_session(world.ours, ago=timedelta(hours=1)), open_session(world.ours)
    open_session(world.stranger)
    with session.reading() as db:
        found = signin.list_sessions(db, world.ours.owner, old, now=NOON)
    assert [(one.created_at, one.is_this) for one in found] == [
        (NOON, False),
        (NOON - timedelta(hours=1), True),
    ]
    assert not {one.handle for one in found} & {old, new, hash_secret(old), hash_secret(new)}


def test_one_sign_in_ends_by_its_handle_and_a_strangers_does_not(world: World) -> None:
    this, other, theirs = open_session(world.ours), open_session(world.ours), open_session(world.stranger)
    for wanted, ended in ((theirs, 0), (other, 1)):
        with session.transaction() as db:
            handle = hash_secret(hash_secret(wanted))
            assert signin.close_sessions(db, world.ours.owner, this, handle, now=NOON) == ended
    assert (who(this), who(other), who(theirs)) == ("ours", None, "stranger")


def test_all_other_sign_ins_end_together_also_with_a_new_password(world: World) -> None:
    this, other = open_session(world.ours), open_session(world.ours)
    with session.transaction() as db:
        assert signin.close_sessions(db, world.ours.owner, this, now=NOON) == 1
    assert (who(this), who(other)) == ("ours", None)
    other = open_session(world.ours)
    with session.transaction() as db:
        signin.change_password(db, world.ours.owner, this, "new", now=NOON)
        assert signin.own_password_hash(db, world.ours.owner) == "new"
        assert signin.own_password_hash(db, world.stranger.owner) == "x"
    assert (who(this), who(other)) == ("ours", None)


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False)])
def test_a_password_counts_for_a_while(world: World, seconds: int, *, counts: bool) -> None:
    secret = open_session(world.ours, ago=timedelta(days=1))
    at = NOON + PROOF_LASTS + timedelta(seconds=seconds)
    with session.transaction() as db:
        found = signin.find_session(db, secret, now=NOON)
        assert found is not None
        assert not found.has_proven(NOON)
        signin.note_proof(db, secret, now=NOON)
        found = signin.find_session(db, secret, now=NOON)
    assert found is not None
    assert found.has_proven(at) is counts


def test_what_is_no_proof_opens_nothing_sensitive(world: World) -> None:
    secret = open_session(world.ours, is_proof=False)
    assert not look(secret).has_proven(NOON)
    with session.transaction() as db:
        signin.note_proof(db, secret, now=NOON)
    assert look(secret).has_proven(NOON)


@pytest.mark.parametrize("used_factor", [True, False])
def test_a_second_factor_that_was_shown_elsewhere_is_not_owed(world: World, *, used_factor: bool) -> None:
    with session.transaction() as db:
        db.execute(update(Account).values(demands_second_factor=True))
    assert look(open_session(world.ours, used_factor=used_factor)).owes_factor is not used_factor
