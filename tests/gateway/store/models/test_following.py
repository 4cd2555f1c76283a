"""Who follows and who is called goes with the account."""

from sqlalchemy import delete, select

from gateway.desk import noting
from gateway.store import session
from gateway.store.models import Account, Mention, TicketFollower
from tests.hiring import hire
from tests.world import NOON, World, mail


def test_followers_and_mentions_go_with_their_account(world: World) -> None:
    world.receive(mail())
    hire(world.ours.account_id, "anna", now=NOON)
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "@anna", now=NOON)
    with session.transaction() as db:
        assert len(db.execute(select(TicketFollower.id)).all()) == 2
        assert db.execute(select(Mention.account_id)).scalars().all() == [world.ours.account_id]
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        assert db.execute(select(TicketFollower.id)).all() == []
        assert db.execute(select(Mention.id)).all() == []
