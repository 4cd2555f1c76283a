"""Notices to the people of an account."""

from datetime import timedelta

from sqlalchemy import select, update

from gateway.desk import alarming
from gateway.rules.heartbeat import Pulse
from gateway.store import session
from gateway.store.models import Delivery, Mailbox, Outbox, Staff
from gateway.store.queries.heartbeats import Heartbeat
from tests.world import NOON, SUPPORT, World


def beat(world: World) -> Heartbeat:
    pulse = Pulse(NOON, timedelta(hours=1), None)
    return Heartbeat(world.ours.account_id, world.ours.mailbox.id, SUPPORT, pulse, "", "", None)


def test_who_reads_mail_only_at_the_desk_is_not_told_by_mail(world: World) -> None:
    with session.transaction() as db:
        assert [p.email for p in alarming.find_people(db, world.ours.account_id)] == ["owner@ours.example"]
        db.execute(update(Staff).where(Staff.id == world.ours.owner.staff_id).values(email=SUPPORT.upper()))
        assert alarming.find_people(db, world.ours.account_id) == []


def test_each_is_owed_a_notice_and_it_is_remembered_until_all_is_well(world: World) -> None:
    with session.transaction() as db:
        alarming.tell(db, beat(world), [("owner@ours.example", "a" * 64)], now=NOON)
    with session.reading() as db:
        (owed,) = db.execute(select(Delivery)).scalars()
        assert (owed.recipient, owed.raw_sha256, owed.is_automatic) == ("owner@ours.example", "a" * 64, True)
        assert db.execute(select(Outbox.ref_id)).scalars().all() == [owed.id]
        assert db.get_one(Mailbox, world.ours.mailbox.id).alarmed_at == NOON
    with session.transaction() as db:
        alarming.forget(db, beat(world))
        assert db.get_one(Mailbox, world.ours.mailbox.id).alarmed_at is None
