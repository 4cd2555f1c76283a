"""Sign-in: sessions that end when they should."""

from datetime import timedelta

from sqlalchemy import func, select, update

from gateway.desk import signin
from gateway.desk.signin import SESSION_LASTS
from gateway.store import session
from gateway.store.models import Staff, WebSession
from tests.world import NOON, Business, World


def open_session(business: Business, *, ago: timedelta = timedelta()) -> str:
    staff_id = business.owner.staff_id
    assert staff_id is not None
    with session.transaction() as db:
        return signin.open_session(db, staff_id, browser="b" * 300, now=NOON - ago)


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
