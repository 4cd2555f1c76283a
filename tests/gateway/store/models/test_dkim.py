"""Keys that sign."""

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import DkimKey, Mailbox
from tests.world import NOON, World


def test_a_selector_is_there_once_and_outlives_its_mailbox(world: World) -> None:
    values = {
        "account_id": world.ours.account_id,
        "domain": "ours.example",
        "selector": "s",
        "public_key": "p",
        "sealed_private_key": "x",
        "created_at": NOON,
    }
    with session.transaction() as db:
        db.execute(insert(DkimKey), values)
        db.execute(delete(Mailbox))
        assert db.execute(select(DkimKey.is_active, DkimKey.seen)).one() == (False, "")
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(DkimKey), values)
