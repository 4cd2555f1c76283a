"""The operator at work: one account is theirs, others are counted, limited, shut and opened again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk import auditing, operating, remote, signin, tokens
from gateway.errors import Conflict, Denied, Invalid, NotFound, Suspended
from gateway.rules.access import Actor
from gateway.rules.budget import Bound, Budget
from gateway.store import budget, deliveries, session
from gateway.store.bounds import Limits
from gateway.store.models import Account, AuditEntry, Delivery, WebSession
from tests.world import NOON, World, mail

_KINDS = ("operator_appointed", "operator_relieved", "limits_changed", "suspended", "resumed")
_LEASE = timedelta(minutes=1)


def appoint(login: str = "stranger") -> str:
    with session.transaction() as db:
        return operating.appoint(db, login, now=NOON).public_id


def suspend(world: World, by: Actor | None = None) -> None:
    with session.transaction() as db:
        operating.suspend(db, by, world.ours.public_id, now=NOON)


def kinds(account_id: int) -> list[tuple[str, str, str]]:
    with session.reading() as db:
        columns = AuditEntry.kind, AuditEntry.actor_kind, AuditEntry.subject_id
        ours = AuditEntry.account_id == account_id, AuditEntry.kind.in_(_KINDS)
        mine = select(*columns).where(*ours).order_by(AuditEntry.seq)
        return [(kind, actor, subject) for kind, actor, subject in db.execute(mine)]


def test_one_account_at_most_is_the_operators(world: World) -> None:
    with session.reading() as db, pytest.raises(NotFound, match="operator appoint"):
        operating.get_operators(db)
    for login in ("ours", "ours", world.stranger.public_id):
        appoint(login)
    with session.reading() as db:
        assert operating.get_operators(db).login == "stranger"
        assert db.execute(select(Account.is_operators).order_by(Account.id)).scalars().all() == [False, True]
    assert [kind for kind, *_ in kinds(world.ours.account_id)] == ["operator_appointed", "operator_relieved"]
    with pytest.raises(NotFound):
        appoint("nobody")
    suspend(world)
    with pytest.raises(Conflict):
        appoint("ours")


def test_only_who_manages_the_operators_account_runs_the_installation(world: World) -> None:
    appoint("ours")
    for by, error in ((world.ours.staff, Denied), (world.stranger.owner, NotFound)):
        for verb in (operating.suspend, operating.resume):
            with session.transaction() as db, pytest.raises(error):
                verb(db, by, world.stranger.public_id, now=NOON)
        with session.reading() as db, pytest.raises(error):
            operating.list_accounts(db, by)
        with session.transaction() as db, pytest.raises(error):
            operating.limit(db, by, world.stranger.public_id, Limits(), now=NOON)
    with session.reading() as db:
        assert len(operating.list_accounts(db, world.ours.owner)) == 2


def test_accounts_are_seen_by_counts_and_days(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        signin.open_session(db, world.ours.owner.staff_id or 0, browser="x", now=NOON)
    with session.reading() as db:
        stranger, ours = operating.list_accounts(db, None)
        assert (ours.staff, ours.tickets, ours.mailboxes, ours.signed_in_on) == (2, 1, 1, NOON.date())
        assert (stranger.staff, stranger.tickets, stranger.signed_in_on) == (2, 0, None)
        found = [one.login for one in operating.list_accounts(db, None, find="OUR")]
        by_id = [one.login for one in operating.list_accounts(db, None, find=world.ours.public_id)]
        assert found == by_id == ["ours"]
        assert operating.list_accounts(db, None, find="%") == ()
        assert operating.list_accounts(db, None, before=stranger.id, limit=5) == (ours,)


def test_limits_are_kept_and_stand_in_both_logs(world: World) -> None:
    appoint()
    limits, by = Limits(5, 10_000, 200), world.stranger.owner
    for _ in range(2):
        with session.transaction() as db:
            operating.limit(db, by, world.ours.public_id, limits, now=NOON)
    with session.reading() as db:
        assert operating.get(db, None, "ours").limits == limits
    assert kinds(world.ours.account_id) == [("limits_changed", "operator", "")]
    assert kinds(world.stranger.account_id)[1:] == [("limits_changed", "staff", world.ours.public_id)]
    for wrong in (Limits(staff=-1), Limits(kept_bytes=2**63), Limits(mails_day=-5)):
        with session.transaction() as db, pytest.raises(Invalid):
            operating.limit(db, None, world.ours.public_id, wrong, now=NOON)


def test_what_an_account_may_send_in_a_day_counts_instead_of_what_all_may(world: World) -> None:
    with session.transaction() as db:
        operating.limit(db, None, "ours", Limits(mails_day=1), now=NOON)
        taken = [
            budget.take_place(db, one.account_id, "ann@acme.example", Budget(account_day=2), now=NOON)
            for one in (world.ours, world.ours, world.stranger, world.stranger)
        ]
    assert [over.bound if over else None for over in taken] == [None, Bound.ACCOUNT_DAY, None, None]


def test_in_a_suspended_account_nobody_is_signed_in_and_nobody_signs_in(world: World) -> None:
    owner = world.ours.owner.staff_id or 0
    with session.transaction() as db:
        cookie = signin.open_session(db, owner, browser="x", now=NOON)
        token = tokens.create(db, world.ours.account_id, label="x", now=NOON)
    suspend(world)
    with session.reading() as db:
        assert db.execute(select(WebSession.id)).first() is None
        assert signin.find_session(db, cookie, now=NOON) is None
        with pytest.raises(Suspended):
            tokens.authenticate(db, token)
    with session.transaction() as db, pytest.raises(Suspended):
        signin.open_session(db, owner, browser="x", now=NOON)
    with session.transaction() as db:
        signin.open_session(db, world.stranger.owner.staff_id or 0, browser="x", now=NOON)
        operating.resume(db, None, world.ours.public_id, now=NOON)
        again = signin.open_session(db, owner, browser="x", now=NOON)
    with session.reading() as db:
        assert signin.find_session(db, again, now=NOON) is not None
        assert tokens.authenticate(db, token).account_id == world.ours.account_id


def test_nothing_leaves_a_suspended_account_until_it_goes_on(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.reading() as db:
        delivery = db.execute(select(Delivery.id)).scalar_one()
    suspend(world)
    later = world.clock.now() + timedelta(minutes=5)

    def claimed() -> bool:
        with session.transaction() as db:
            return (
                deliveries.claim(db, delivery, owner="x", now=later, lease=_LEASE, budget=Budget())
                is not None
            )

    assert not claimed()
    with session.transaction() as db:
        operating.resume(db, None, "ours", now=NOON)
    assert claimed()


def test_remote_sessions_of_a_suspended_account_end(world: World) -> None:
    world.receive(mail())
    with session.transaction() as db:
        made = remote.make(db, world.ours.owner, 1, scopes=(), key=b"key", now=NOON)
    suspend(world)
    with session.reading() as db:
        assert not remote.get(db, world.ours.owner, made.public_id).is_on


def test_suspending_and_going_on_are_refused_where_they_change_nothing(world: World) -> None:
    appoint()
    with session.transaction() as db:
        with pytest.raises(Conflict):
            operating.resume(db, None, "ours", now=NOON)
        with pytest.raises(Conflict):
            operating.suspend(db, None, "stranger", now=NOON)
        operating.suspend(db, world.stranger.owner, world.ours.public_id, now=NOON)
        with pytest.raises(Conflict):
            operating.suspend(db, None, "ours", now=NOON)
    assert kinds(world.ours.account_id)[-1][:2] == ("suspended", "operator")
    with session.reading() as db:
        assert auditing.verify_of(db, world.ours.account_id).broken_at is None
