"""Drafts go with their account."""

from sqlalchemy import delete, select

from gateway.desk import drafts
from gateway.store import session
from gateway.store.drafts import Drafted
from gateway.store.models import Account, Draft
from tests.world import NOON, World, mail


def test_drafts_go_with_their_account(world: World) -> None:
    world.receive(mail(text="It smokes.", subject="Printer", message_id="1@acme.example"))
    with session.transaction() as db:
        drafts.save(db, world.ours.staff, 1, Drafted("note", "Hm"), version=0, now=NOON)
    with session.transaction() as db:
        assert db.execute(select(Draft.account_id)).scalars().all() == [world.ours.account_id]
        db.execute(delete(Account).where(Account.id == world.ours.account_id))
        assert db.execute(select(Draft.id)).all() == []
