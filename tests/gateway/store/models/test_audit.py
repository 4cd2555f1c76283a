"""Two entries never have one number."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from gateway.store import session
from gateway.store.models import AuditEntry
from tests.world import NOON, World


def test_a_number_is_taken_once(world: World) -> None:
    values = {
        "account_id": world.ours.account_id,
        "seq": 1,  # that of the account's creation
        "at": NOON,
        "actor_kind": "operator",
        "actor_id": "",
        "kind": "sign_in",
        "subject_kind": "account",
        "subject_id": "",
        "facts": {},
        "previous_hash": "",
        "hash": "",
    }
    with pytest.raises(DBAPIError), session.transaction() as db:
        db.execute(insert(AuditEntry), values)
