"""An export goes with its account, and with whoever asked for it."""

import pytest
from sqlalchemy import delete, func, select

from gateway.store import session
from gateway.store.models import Account, Export, Record, Staff
from tests.exporting import ask
from tests.world import World


@pytest.mark.parametrize("model", [Account, Staff])
def test_it_goes_with_account_and_person(world: World, model: type[Record]) -> None:
    ask(world, world.ours.owner)
    key = world.ours.account_id if model is Account else world.ours.owner.staff_id
    with session.transaction() as db:
        db.execute(delete(model).where(model.__table__.c.id == key))
        assert db.execute(select(func.count()).select_from(Export)).scalar_one() == 0
