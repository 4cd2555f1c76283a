"""An account and all that goes with it."""

from sqlalchemy import delete, func, select

from gateway.store import session
from gateway.store.models import Account, Record
from tests.world import FOREIGN, SUPPORT, World, mail


def test_all_of_an_account_goes_with_it_and_nothing_of_anothers(world: World) -> None:
    world.receive(mail(), SUPPORT, FOREIGN)
    world.reply(1)
    with session.transaction() as db:
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        for table in Record.metadata.sorted_tables:
            if "account_id" in table.columns:
                left = select(func.count()).where(table.c.account_id == world.ours.account_id)
                assert db.execute(left).scalar() == 0, table.name
    assert world.detail(1, of=world.stranger).ticket.number == 1


def test_an_accounts_key_is_a_secret_of_its_own(world: World) -> None:
    assert len(world.ours.key) == 32
    assert world.ours.key != world.stranger.key
