"""People of the business, and what lets them in."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from gateway.desk import signin
from gateway.store import session
from gateway.store.models import Staff, WebSession
from tests.world import NOON, World


def test_a_login_is_somebodys_in_the_whole_installation(world: World) -> None:
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "sam-ours").values(login="sam-stranger"))


def test_sessions_go_with_their_person(world: World) -> None:
    staff_id = world.ours.staff.staff_id
    assert staff_id is not None
    with session.transaction() as db:
        signin.open_session(db, staff_id, browser="", now=NOON)
        db.flush()
        db.execute(delete(Staff).where(Staff.id == staff_id))
        assert db.execute(select(WebSession.id)).first() is None
