from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from gateway.desk import signin
from gateway.rules.invitations import KEPT
from gateway.rules.undoing import UNDONE_WITHIN
from gateway.store import idempotency, session
from gateway.store.expiring import forget_expired
from gateway.store.models import Act, IdempotencyKey, Invitation, MailedLink
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


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1)])
def test_an_act_that_can_be_undone_no_more_goes(world: World, seconds: int, gone: int) -> None:
    with session.transaction() as db:
        mine = {"account_id": world.ours.account_id, "staff_id": world.ours.owner.staff_id}
        db.add(Act(public_id="act", kind="change", what={}, count=1, at=NOON, **mine))
    with session.transaction() as db:
        assert forget_expired(db, now=NOON + UNDONE_WITHIN + timedelta(seconds=seconds)) == gone


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1)])
def test_a_sign_in_of_somebody_who_came_no_more_goes(world: World, seconds: int, gone: int) -> None:
    with session.transaction() as db:
        signin.open_session(db, world.ours.owner.staff_id or 0, browser="", now=NOON)
    with session.transaction() as db:
        assert forget_expired(db, now=NOON + signin.SESSION_LASTS + timedelta(seconds=seconds)) == gone


@pytest.mark.parametrize(("seconds", "gone"), [(0, 0), (1, 1)])
def test_a_call_of_the_api_that_nobody_repeats_any_more_goes(world: World, seconds: int, gone: int) -> None:
    with session.transaction() as db:
        db.add(IdempotencyKey(account_id=world.ours.account_id, key="k", body_hash="h", created_at=NOON))
    with session.transaction() as db:
        assert forget_expired(db, now=NOON + idempotency.KEPT + timedelta(seconds=seconds)) == gone
