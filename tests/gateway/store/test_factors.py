"""Whether somebody has a second factor."""

from sqlalchemy import insert, select

from gateway.store import session
from gateway.store.factors import has_factor
from gateway.store.models import Passkey, Staff, Totp
from tests.world import NOON, World


def having(world: World) -> set[int]:
    with session.reading() as db:
        return set(db.execute(select(Staff.id).where(has_factor(Staff.id))).scalars())


def test_an_app_counts_once_it_is_confirmed_and_a_passkey_at_once(world: World) -> None:
    ours, theirs = world.ours, world.stranger
    assert having(world) == set()
    with session.transaction() as db:
        for actor, confirmed_at in ((ours.owner, NOON), (ours.staff, None)):
            app = {
                "staff_id": actor.staff_id,
                "sealed_secret": "x",
                "last_step": 0,
                "created_at": NOON,
                "confirmed_at": confirmed_at,
            }
            db.execute(insert(Totp), app)
        key = {
            "public_id": "k",
            "staff_id": theirs.owner.staff_id,
            "name": "Key",
            "credential_id": "c",
            "public_key": b"p",
            "sign_count": 0,
            "created_at": NOON,
        }
        db.execute(insert(Passkey), key)
    assert having(world) == {ours.owner.staff_id, theirs.owner.staff_id}
