from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from gateway.rules.invitations import KEPT
from gateway.store import session
from gateway.store.expiring import forget_expired
from gateway.store.models import Invitation, MailedLink
from tests.world import NOON, World


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1), (1, 1)])
def test_what_has_expired_goes(world: World, seconds: int, gone: int) -> None:
    with session.transaction() as db:
        db.add(
            MailedLink(
                account_id=world.ours.account_id,
                staff_id=world.ours.owner.staff_id,
                purpose="confirm",
                address="owner@ours.example",
                token_hash="x" * 64,
                created_at=NOON,
                expires_at=NOON,
            )
        )
    with session.transaction() as db:
        assert forget_expired(db, now=NOON + timedelta(seconds=seconds)) == gone


@pytest.mark.parametrize(("seconds", "left"), [(-1, ["accepted", "open"]), (0, ["accepted"])])
def test_an_invitation_that_nobody_accepted_goes_a_while_after_its_link(
    world: World, seconds: int, left: list[str]
) -> None:
    values = {
        "account_id": world.ours.account_id,
        "address": "ida@freelance.example",
        "first_name": "",
        "last_name": "",
        "locale": "",
        "role": "staff",
        "sees_all": True,
        "groups": [],
        "may_note": False,
        "may_answer": False,
        "may_join": False,
        "created_at": NOON,
        "expires_at": NOON,
    }
    with session.transaction() as db:
        for name, at in (("open", None), ("accepted", NOON)):
            db.execute(insert(Invitation).values(**values, public_id=name, accepted_at=at))
        forget_expired(db, now=NOON + KEPT + timedelta(seconds=seconds))
        assert db.execute(select(Invitation.public_id).order_by(Invitation.public_id)).scalars().all() == left
