"""A request for deletion goes with its account, and outlives its ticket."""

from sqlalchemy import delete, func, select

from gateway.store import deletionrequests, session
from gateway.store.deletionrequests import Because, NewRequest
from gateway.store.models import Account, DeletionRequest, Ticket
from tests.world import ANN, NOON, World, mail, ticket_row


def test_it_goes_with_the_account_and_outlives_the_ticket(world: World) -> None:
    world.receive(mail())
    account = world.ours.account_id
    new = NewRequest(account, ticket_row(1).id, 1, ANN, "en", Because.WORDS, NOON)
    with session.transaction() as db:
        deletionrequests.note(db, new, now=NOON)
        db.execute(delete(Ticket).where(Ticket.account_id == account))
        assert db.execute(select(DeletionRequest.ticket_id)).scalars().all() == [None]
        db.execute(delete(Account).where(Account.id == account))
        assert db.execute(select(func.count()).select_from(DeletionRequest)).scalar_one() == 0
