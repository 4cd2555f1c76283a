"""What is owed beside the password goes with its person."""

from sqlalchemy import delete, select

from gateway.desk import halfsignin, secondfactor
from gateway.store import session
from gateway.store.models import HalfSignIn, RecoveryCode, Staff, Totp
from tests.world import NOON, SEAL, World


def test_it_goes_with_its_person(world: World) -> None:
    staff_id = world.ours.staff.staff_id
    assert staff_id is not None
    with session.transaction() as db:
        secondfactor.begin(db, world.ours.staff, seal=SEAL, now=NOON)
        secondfactor.new_recovery_codes(db, world.ours.staff, now=NOON)
        halfsignin.begin(db, staff_id, now=NOON)
        db.flush()
        db.execute(delete(Staff).where(Staff.id == staff_id))
        for gone in (Totp, RecoveryCode, HalfSignIn):
            assert db.execute(select(gone.id)).first() is None
