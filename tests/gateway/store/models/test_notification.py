"""What people are told goes with their account."""

from sqlalchemy import delete, select

from gateway.rules.notifying import Kind
from gateway.store import notifications, session
from gateway.store.models import Account, Notification
from tests.world import NOON, World, mail, ticket_row


def test_notices_go_with_their_account(world: World) -> None:
    world.receive(mail())
    ticket, who = ticket_row(1).id, world.ours.staff.staff_id or 0
    with session.transaction() as db:
        notifications.put(db, world.ours.account_id, ticket, {who: Kind.ASSIGNED}, now=NOON)
    with session.transaction() as db:
        assert db.execute(select(Notification.staff_id)).scalars().all() == [who]
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        assert db.execute(select(Notification.id)).all() == []
