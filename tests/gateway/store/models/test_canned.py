"""Canned replies go with their account."""

from sqlalchemy import delete, select

from gateway.desk import canned
from gateway.store import session
from gateway.store.models import Account, CannedReply
from tests.world import NOON, World


def test_canned_replies_go_with_their_account(world: World) -> None:
    with session.transaction() as db:
        for business in (world.ours, world.stranger):
            canned.create(db, business.staff, name="Hello", text="Hi", now=NOON)
    with session.transaction() as db:
        db.execute(delete(Account).where(Account.id == world.stranger.account_id))
    with session.reading() as db:
        assert db.execute(select(CannedReply.account_id)).scalars().all() == [world.ours.account_id]
