"""What an account may have, and what it has."""

import pytest
from sqlalchemy import update

from gateway.rules.access import Role
from gateway.store import bounds, session
from gateway.store.bounds import Bounds, Limits
from gateway.store.models import Account, Staff
from tests.admitting import add_person
from tests.world import NOON, World, mail


def of(account_id: int) -> Bounds | None:
    with session.reading() as db:
        return bounds.bounds_of(db, account_id)


def test_an_account_begins_open_and_without_bounds(world: World) -> None:
    assert of(world.ours.account_id) == Bounds(None, Limits(), 0)
    assert of(999) is None


def test_what_is_kept_is_counted_for_each_account(world: World) -> None:
    raw = mail("x" * 500)
    world.receive(raw)
    with session.transaction() as db:
        assert bounds.count_kept(db) == 1
        assert bounds.count_kept(db) == 0
    found, stranger = of(world.ours.account_id), of(world.stranger.account_id)
    assert found is not None
    assert stranger is not None
    assert (found.kept_bytes, stranger.kept_bytes) == (len(raw), 0)
    with session.transaction() as db:
        db.execute(update(Account).values(kept_bytes=7))
        assert bounds.count_kept(db) == 2


@pytest.mark.parametrize(("most", "kept", "is_full"), [(0, 10**9, False), (10, 9, False), (10, 10, True)])
def test_an_account_is_full_at_its_limit(most: int, kept: int, *, is_full: bool) -> None:
    assert Bounds(None, Limits(kept_bytes=most), kept).is_full is is_full


def test_who_works_there_is_counted_and_guests_are_not(world: World) -> None:
    add_person(world.ours.account_id, Role.GUEST)
    gone = add_person(world.ours.account_id, Role.STAFF)
    with session.transaction() as db:
        bounds.hold(db, world.ours.account_id)
        assert bounds.count_staff(db, world.ours.account_id) == 3
        db.execute(update(Staff).where(Staff.id == gone).values(deactivated_at=NOON))
        assert bounds.count_staff(db, world.ours.account_id) == 2
