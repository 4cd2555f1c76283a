"""Holding accounts to what the operator lets them have."""

import pytest
from sqlalchemy import update

from gateway.desk import bounding
from gateway.errors import AccountFull, Conflict, Suspended
from gateway.store import session
from gateway.store.models import Account
from tests.world import NOON, World


def decide(world: World, **values: object) -> None:
    with session.transaction() as db:
        db.execute(update(Account).where(Account.id == world.ours.account_id).values(**values))


def test_mail_comes_in_as_long_as_nothing_was_said(world: World) -> None:
    with session.reading() as db:
        assert bounding.takes_mail(db, world.ours.account_id)
        assert bounding.takes_mail(db, 999)


def test_one_that_ends_has_no_addresses_any_more(world: World) -> None:
    decide(world, suspended_at=NOON, terminates_at=NOON)
    with session.reading() as db:
        assert not bounding.takes_mail(db, world.ours.account_id)
        assert bounding.takes_mail(db, world.stranger.account_id)


@pytest.mark.parametrize(
    ("values", "error"),
    [({"suspended_at": NOON}, Suspended), ({"most_bytes": 5, "kept_bytes": 5}, AccountFull)],
)
def test_a_shut_or_full_account_takes_none(
    world: World, values: dict[str, object], error: type[Exception]
) -> None:
    decide(world, **values)
    with session.reading() as db:
        with pytest.raises(error):
            bounding.takes_mail(db, world.ours.account_id)
        assert bounding.takes_mail(db, world.stranger.account_id)


@pytest.mark.parametrize(("most", "has_room"), [(0, True), (2, False), (3, True)])
def test_so_many_work_there_as_may(world: World, most: int, *, has_room: bool) -> None:
    """Owner and Sam are there already."""
    decide(world, most_staff=most)
    with session.transaction() as db:
        if has_room:
            bounding.check_room_for_staff(db, world.ours.account_id)
        else:
            with pytest.raises(Conflict, match="The operator can allow more"):
                bounding.check_room_for_staff(db, world.ours.account_id)
