"""Whether an account's guided start goes on."""

from sqlalchemy import select

from gateway.desk import guidedstart
from gateway.store import session
from gateway.store.beginning import is_beginning
from gateway.store.models import Account
from tests.world import NOON, World


def test_it_is_known_of_each_account_apart(world: World) -> None:
    with session.transaction() as db:
        guidedstart.begin(db, world.ours.owner, now=NOON)
    with session.reading() as db:
        found = db.execute(select(Account.id, is_beginning())).all()
    assert {row[0]: row[1] for row in found} == {
        world.ours.account_id: True,
        world.stranger.account_id: False,
    }
