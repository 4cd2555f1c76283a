"""Invitations to sign up and guided starts, as rows."""

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from gateway.desk import guidedstart
from gateway.store import session
from gateway.store.models import Account, GuidedStart
from tests.world import NOON, World


def test_an_account_has_one_start_at_most(world: World) -> None:
    with session.transaction() as db:
        guidedstart.begin(db, world.ours.owner, now=NOON)
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.add(GuidedStart(account_id=world.ours.account_id, created_at=NOON))


def test_a_start_goes_with_its_account(world: World) -> None:
    with session.transaction() as db:
        guidedstart.begin(db, world.ours.owner, now=NOON)
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(GuidedStart)).scalar_one() == 0
