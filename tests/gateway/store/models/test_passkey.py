"""Passkeys go with their person, and no authenticator is two people's."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from gateway.desk import passkeys
from gateway.desk.ceremonies import FreshKey
from gateway.desk.passkeys import Purpose
from gateway.ids import new_public_id
from gateway.store import session
from gateway.store.models import Ceremony, Passkey, Staff
from tests.world import NOON, World

KEY = FreshKey("abc", b"key", 0)


def test_they_go_with_their_person(world: World) -> None:
    by = world.ours.staff
    with session.transaction() as db:
        passkeys.add(db, by, KEY, "blue", now=NOON)
        passkeys.ask(db, Purpose.REGISTER, by.staff_id, now=NOON)
        db.flush()
        db.execute(delete(Staff).where(Staff.id == by.staff_id))
        assert db.execute(select(Passkey.id)).first() is db.execute(select(Ceremony.id)).first() is None


def test_an_authenticator_is_one_persons(world: World) -> None:
    with session.transaction() as db:
        passkeys.add(db, world.ours.owner, KEY, "blue", now=NOON)
    values = {"staff_id": world.stranger.owner.staff_id, "name": "x", "credential_id": "abc"}
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.add(Passkey(public_id=new_public_id(), public_key=b"", sign_count=0, created_at=NOON, **values))
