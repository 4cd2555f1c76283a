"""An identity goes with its person, and is no two people's."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from gateway.desk import identities
from gateway.desk.openid.tokens import Identity
from gateway.store import session
from gateway.store.models import Staff, StaffIdentity
from tests.world import NOON, World

ANN = Identity("https://id.example", "ann", used_factor=False)


def test_it_goes_with_its_person(world: World) -> None:
    with session.transaction() as db:
        identities.link(db, world.ours.staff, ANN, now=NOON)
        db.flush()
        db.execute(delete(Staff).where(Staff.id == world.ours.staff.staff_id))
        assert db.execute(select(StaffIdentity.id)).first() is None


@pytest.mark.parametrize(("is_same_person", "subject"), [(False, "ann"), (True, "bob")])
def test_it_is_one_here_and_one_there(world: World, subject: str, *, is_same_person: bool) -> None:
    with session.transaction() as db:
        identities.link(db, world.ours.staff, ANN, now=NOON)
    who = world.ours.staff if is_same_person else world.stranger.owner
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.add(StaffIdentity(staff_id=who.staff_id, issuer=ANN.issuer, subject=subject, linked_at=NOON))
