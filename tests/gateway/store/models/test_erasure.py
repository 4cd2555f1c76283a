"""An erasure outlives the account and the person; its items go with it."""

from sqlalchemy import delete, func, select

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.erased import items
from gateway.store.erased.items import Item
from gateway.store.models import Account, Erasure, ErasureItem, Staff
from tests.erasing import ask, key_of
from tests.world import World


def test_the_receipts_row_stays_without_account_and_person(world: World) -> None:
    ask(world, Scope(ErasureKind.ACCOUNT))
    with session.transaction() as db:
        db.execute(delete(Staff).where(Staff.id == world.ours.owner.staff_id))
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        assert db.execute(select(Erasure.account_id, Erasure.staff_id)).one() == (None, None)


def test_what_is_still_to_be_taken_goes_with_it(world: World) -> None:
    key = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    with session.transaction() as db:
        items.add_refs(db, key, Item.BLOB, ["a", "b"])
        db.execute(delete(Erasure).where(Erasure.id == key))
        assert db.execute(select(func.count()).select_from(ErasureItem)).scalar_one() == 0
