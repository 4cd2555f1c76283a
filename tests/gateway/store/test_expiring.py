from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from gateway.rules.invitations import KEPT
from gateway.store import session
from gateway.store.expiring import forget_expired
from gateway.store.models import Invitation, MailedLink
from tests.admitting import invitation_row
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
    with session.transaction() as db:
        for name, at in (("open", None), ("accepted", NOON)):
            values = invitation_row(world.ours.account_id, name, expires_at=NOON, accepted_at=at)
            db.execute(insert(Invitation).values(**values))
        forget_expired(db, now=NOON + KEPT + timedelta(seconds=seconds))
        assert db.execute(select(Invitation.public_id).order_by(Invitation.public_id)).scalars().all() == left
