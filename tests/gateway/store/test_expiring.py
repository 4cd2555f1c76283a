from datetime import timedelta

import pytest

from gateway.store import session
from gateway.store.expiring import forget_expired
from gateway.store.models import MailedLink
from tests.world import NOON, World


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1), (1, 1)])
def test_what_has_expired_goes(world: World, seconds: int, gone: int) -> None:
    with session.transaction() as db:
        db.add(
            MailedLink(
                account_id=world.ours.account_id,
                staff_id=world.ours.owner.staff_id,
                purpose="confirm",
                address="owner@ours.example",
                token_hash="x" * 64,
                created_at=NOON,
                expires_at=NOON,
            )
        )
    with session.transaction() as db:
        assert forget_expired(db, now=NOON + timedelta(seconds=seconds)) == gone
