"""Saved views and acts, as rows."""

from sqlalchemy import delete, func, select

from gateway.store import session
from gateway.store.models import Account, Act, SavedView
from tests.world import NOON, World


def test_they_go_with_their_account(world: World) -> None:
    mine = {"account_id": world.ours.account_id, "staff_id": world.ours.owner.staff_id}
    view = {"name": "Red", "query": "tag:red", "order": "newest", "is_shared": True, "created_at": NOON}
    with session.transaction() as db:
        db.add(SavedView(public_id="view", **mine, **view))
        db.add(Act(public_id="act", kind="change", what={}, count=1, at=NOON, **mine))
        db.flush()
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
    with session.reading() as db:
        for model in (SavedView, Act):
            assert db.execute(select(func.count()).select_from(model)).scalar_one() == 0
