"""Ending an account: by its owner, shut at once, taken back as long as there is time, then erased."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.desk import bounding, operating, people, signin, terminating, tokens
from gateway.errors import Conflict, Denied, Gone, Invalid, Terminated
from gateway.outbound.certifying import Notary, certify
from gateway.outbound.erasing import erase
from gateway.outbound.submission import Sender
from gateway.rules.access import Actor, Role
from gateway.rules.budget import Budget
from gateway.rules.erasure import ErasureKind
from gateway.store import deliveries, session
from gateway.store.models import Account, AuditEntry, Delivery, Erasure, Farewell, Record, Staff
from tests.erasing import blobs_with, means
from tests.fakes.smtp_peer import SmtpPeer
from tests.world import DOMAIN, FOREIGN, NOON, World, mail

WEEK = timedelta(days=7)


def end(world: World, name: str, *, grace: timedelta = WEEK, by: Actor | None = None) -> datetime:
    with session.transaction() as db:
        return terminating.terminate(db, by or world.ours.owner, name, grace=grace, now=NOON)


def finish(world: World, now: datetime) -> bool:
    with session.transaction() as db:
        return terminating.finish(db, world.ours.account_id, now=now)


def begun() -> list[tuple[int | None, str]]:
    with session.reading() as db:
        return [(one, kind) for one, kind in db.execute(select(Erasure.account_id, Erasure.kind))]


def owed() -> list[str]:
    with session.reading() as db:
        return list(db.execute(select(Farewell.recipient)).scalars())


def comes_in(staff_id: int | None) -> bool:
    """Whether somebody signs in, and is signed in then."""
    with session.transaction() as db:
        try:
            cookie = signin.open_session(db, staff_id or 0, browser="x", now=NOON)
        except Terminated:
            return False
    with session.reading() as db:
        return signin.find_session(db, cookie, now=NOON) is not None


def name_in(db: Session, world: World) -> str:
    return db.execute(select(Account.name).where(Account.id == world.ours.account_id)).scalar_one()


def name_of(world: World) -> str:
    with session.reading() as db:
        return name_in(db, world)


def test_the_owner_alone_ends_it_by_its_name(world: World) -> None:
    name = name_of(world)
    with pytest.raises(Denied):
        end(world, name, by=world.ours.staff)
    with pytest.raises(Invalid) as told:
        end(world, f"{name}x")
    assert told.value.field == "name"
    assert comes_in(world.ours.staff.staff_id)
    assert end(world, f" {name} ") == NOON + WEEK
    with pytest.raises(Conflict):
        end(world, name)


def test_the_operators_account_does_not_end(world: World) -> None:
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    with pytest.raises(Conflict, match="operator’s own"):
        end(world, name_of(world))
    with session.transaction() as db:
        operating.appoint(db, "stranger", now=NOON)
    end(world, name_of(world))


def test_what_goes_is_seen_before(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        found = terminating.view(db, world.ours.owner, now=NOON)
        assert (found.name, found.is_operators) == (name_in(db, world), False)
        assert (found.goes.counts["tickets"], found.goes.counts["mails"]) == (1, 1)
        with pytest.raises(Denied):
            terminating.view(db, world.ours.staff, now=NOON)


def test_at_once_nobody_but_the_owner_comes_in_and_no_mail_moves(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    owner = world.ours.owner.staff_id or 0
    with session.transaction() as db:
        cookies = [
            signin.open_session(db, staff_id or 0, browser="x", now=NOON)
            for staff_id in (owner, world.ours.staff.staff_id)
        ]
        token = tokens.create(db, world.ours.account_id, label="x", now=NOON)
        delivery = db.execute(select(Delivery.id)).scalar_one()
    end(world, name_of(world))
    with session.reading() as db:
        found = [signin.find_session(db, cookie, now=NOON) for cookie in cookies]
        assert [one.terminates_at if one else None for one in found] == [NOON + WEEK, None]
        assert not bounding.takes_mail(db, world.ours.account_id)
        with pytest.raises(Terminated):
            tokens.authenticate(db, token)
    assert (comes_in(owner), comes_in(world.ours.staff.staff_id)) == (True, False)
    with session.transaction() as db:
        later, lease = NOON + timedelta(hours=1), timedelta(minutes=1)
        taken = deliveries.claim(db, delivery, owner="x", now=later, lease=lease, budget=Budget())
    assert (taken, begun(), owed()) == (None, [], [])
    assert comes_in(world.stranger.staff.staff_id)


def test_taken_back_it_goes_on_as_it_was(world: World) -> None:
    end(world, name_of(world))
    with pytest.raises(Denied), session.transaction() as db:
        terminating.take_back(db, world.ours.staff, now=NOON)
    with session.transaction() as db:
        terminating.take_back(db, world.ours.owner, now=NOON)
        with pytest.raises(Conflict):
            terminating.take_back(db, world.ours.owner, now=NOON)
        assert bounding.takes_mail(db, world.ours.account_id)
    assert comes_in(world.ours.staff.staff_id)
    assert not finish(world, NOON + WEEK)
    with session.reading() as db:
        mine = select(AuditEntry.kind).where(AuditEntry.kind.startswith("termination"))
        kinds = db.execute(mine.order_by(AuditEntry.seq)).scalars().all()
        assert kinds == ["termination_asked", "termination_taken_back"]


@pytest.mark.parametrize(("early", "is_due"), [(timedelta(seconds=1), False), (timedelta(), True)])
def test_it_is_erased_once_when_its_time_is_over(world: World, early: timedelta, *, is_due: bool) -> None:
    end(world, name_of(world))
    at = NOON + WEEK - early
    with session.reading() as db:
        assert terminating.due_accounts(db, now=at) == ([world.ours.account_id] if is_due else [])
    assert [finish(world, at) for _ in range(2)] == [is_due, False]
    assert begun() == ([(world.ours.account_id, ErasureKind.ACCOUNT.value)] if is_due else [])
    assert len(owed()) == is_due


def test_once_that_has_begun_there_is_no_way_back(world: World) -> None:
    end(world, name_of(world), grace=timedelta())
    assert begun() == [(world.ours.account_id, ErasureKind.ACCOUNT.value)]
    assert not comes_in(world.ours.owner.staff_id)
    with session.transaction() as db, pytest.raises(Gone):
        terminating.take_back(db, world.ours.owner, now=NOON)
    with session.reading() as db:
        assert terminating.due_accounts(db, now=NOON + WEEK) == []


def test_the_operator_ends_it_for_its_owner_and_takes_that_back(world: World) -> None:
    with session.transaction() as db:
        ours = world.ours.account_id
        with pytest.raises(Invalid):
            terminating.terminate_for(db, ours, "other", grace=WEEK, now=NOON)
        terminating.terminate_for(db, ours, name_in(db, world), grace=WEEK, now=NOON)
        for verb in (operating.suspend, operating.resume):
            with pytest.raises(Conflict, match="terminated"):
                verb(db, None, world.ours.public_id, now=NOON)
        assert operating.get(db, None, world.ours.public_id).terminates_at == NOON + WEEK
        terminating.take_back_for(db, ours, now=NOON)
        operating.suspend(db, None, world.ours.public_id, now=NOON)
        with pytest.raises(Conflict, match="suspended or terminated"):
            terminating.terminate_for(db, ours, name_in(db, world), grace=WEEK, now=NOON)
        with pytest.raises(Conflict, match="not terminated"):
            terminating.take_back_for(db, ours, now=NOON)


def rows_of(account_id: int) -> dict[str, int]:
    """How many rows an account has in each table that has any of it."""
    with session.reading() as db:
        found = {
            one.name: db.execute(
                select(func.count()).select_from(one).where(one.c.account_id == account_id)
            ).scalar_one()
            for one in Record.metadata.sorted_tables
            if "account_id" in one.c
        }
    return {name: count for name, count in found.items() if count}


def test_in_the_end_nothing_is_left_the_owner_is_told_and_may_begin_anew(world: World) -> None:
    world.receive(mail("MarkOursX"))
    world.reply(1)
    world.receive(mail("MarkTheirsX"), FOREIGN)
    with session.transaction() as db:
        tokens.create(db, world.ours.account_id, label="x", now=NOON)
        owner = db.execute(select(Staff.login, Staff.email).where(Staff.id == world.ours.owner.staff_id))
        login, email = owner.one()
    end(world, name_of(world), grace=timedelta())
    with session.reading() as db:
        erasure, farewell = (db.execute(select(model.id)).scalar_one() for model in (Erasure, Farewell))
    assert erase(erasure, means=means(world), is_stopping=lambda: False)
    assert rows_of(world.ours.account_id) == {}
    assert [mark for _, mark in blobs_with(world.blobs, b"MarkOursX", b"MarkTheirsX")] == [b"MarkTheirsX"]
    assert rows_of(world.stranger.account_id)["ticket"] == 1
    with SmtpPeer() as peer:
        sender = Sender(relay_url=peer.url, ehlo_name=DOMAIN)
        certify(farewell, notary=Notary(sender, DOMAIN, world.clock, means(world).journal))
        sender.close()
        (told,) = peer.mails
    assert (told.rcpt_to, owed()) == (email, [])
    assert b"receipt.json" in told.raw
    assert b"- Tickets: 1" in told.raw
    assert email.encode() not in told.raw.replace(f"To: {email}".encode(), b"")
    with session.transaction() as db:
        made = people.create_account(db, login=login, email=email, name="", password_hash="x", now=NOON)
        found = signin.find_credentials(db, login)
        assert found is not None
        by = Actor(made.id, Role.OWNER, found.staff_id)
        assert terminating.view(db, by, now=NOON).goes.counts == {"people": 1}
