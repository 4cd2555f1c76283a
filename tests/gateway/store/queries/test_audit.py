"""What the log's people and things are called today, in their own account only."""

from sqlalchemy import select, update

from gateway.desk import contacts, tokens
from gateway.store import session
from gateway.store.audit import Ref
from gateway.store.models import ApiToken, Staff
from gateway.store.queries import audit as queries
from tests.world import NOON, World


def test_each_kind_has_its_name(world: World) -> None:
    ours = world.ours
    with session.transaction() as db:
        tokens.create(db, ours.account_id, label="sync", now=NOON)
        token = db.execute(select(ApiToken.public_id)).scalar_one()
        contact = contacts.create(
            db, ours.owner, name="Eve", addresses=["eve@x.example"], customer=None, now=NOON
        )
        owner = db.execute(select(Staff.public_id).where(Staff.id == ours.owner.staff_id)).scalar_one()
    names = {
        Ref("staff", "staff-ours"): "Sam Ours",
        Ref("staff", owner): "ours",  # who has no name is called by the login
        Ref("token", token): "sync",
        Ref("mailbox", ours.mailbox.public_id): ours.mailbox.address,
        Ref("customer", ours.customer): "Acme",
        Ref("contact", contact): "Eve",
    }
    strange = [Ref("staff", "gone"), Ref("operator"), Ref("mail", "x"), Ref("staff", "staff-stranger")]
    with session.reading() as db:
        assert queries.names_of(db, ours.account_id, [*names, *strange]) == names


def test_a_name_is_read_when_it_is_shown(world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.public_id == "staff-ours").values(last_name="New"))
        sam = Ref("staff", "staff-ours")
        assert queries.names_of(db, world.ours.account_id, [sam]) == {sam: "Sam New"}
