"""Half-way in: for some minutes, in one browser, and not as somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk import halfsignin, mailedlinks, signin
from gateway.desk.halfsignin import LASTS, HalfWay
from gateway.store import session
from gateway.store.models import HalfSignIn, Staff
from tests.gateway.desk.test_mailedlinks import ask
from tests.world import NOON, Business, World


def begin(business: Business) -> str:
    assert business.owner.staff_id is not None
    with session.transaction() as db:
        return halfsignin.begin(db, business.owner.staff_id, now=NOON)


def find(secret: str, *, after: timedelta = timedelta()) -> HalfWay | None:
    with session.reading() as db:
        return halfsignin.find(db, secret, now=NOON + after)


def test_the_secret_says_who_is_half_way_and_is_not_kept(world: World) -> None:
    secret = begin(world.ours)
    assert find(secret) == HalfWay(world.ours.owner.staff_id or 0, "ours")
    assert find(secret[:-1]) is find("") is None
    with session.reading() as db:
        assert db.execute(select(HalfSignIn.token_hash)).scalar() != secret
        assert signin.find_session(db, secret, now=NOON) is None  # it opens nothing


@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False)])
def test_it_lasts_some_minutes(world: World, seconds: int, *, is_good: bool) -> None:
    assert (find(begin(world.ours), after=LASTS + timedelta(seconds=seconds)) is not None) is is_good


def test_who_is_in_or_deactivated_is_half_way_no_more(world: World) -> None:
    ours, strangers = begin(world.ours), begin(world.stranger)
    with session.transaction() as db:
        halfsignin.end_all(db, world.ours.owner.staff_id or 0)
    assert find(ours) is None
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "stranger").values(deactivated_at=NOON))
    assert find(strangers) is None


def test_another_password_ends_it(world: World) -> None:
    first, theirs = begin(world.ours), begin(world.stranger)
    with session.transaction() as db:
        signin.change_password(db, world.ours.owner, "", "new", now=NOON)
    second, secret = begin(world.ours), ask(world, mailedlinks.Purpose.RESET)
    with session.transaction() as db:
        mailedlinks.set_password(db, secret, "new", now=NOON)
    assert (find(first), find(second)) == (None, None)
    assert find(theirs) is not None
