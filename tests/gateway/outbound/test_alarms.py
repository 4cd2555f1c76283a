"""From a silent mailbox to a mail in its owner's own inbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import Outgoing
from gateway.mail.parse import parse
from gateway.outbound.alarms import raise_alarms
from gateway.store import holding, session
from gateway.store.holding import Which
from gateway.store.models import Delivery, ImapSource, Mailbox, SmtpAccount, Staff
from tests import world as cast
from tests.databases import Databases, configured
from tests.fakes.holding import hold
from tests.world import DOMAIN, NOON, SUPPORT, World


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(databases.migrated("sqlite", tmp_path)):
        yield cast.build(tmp_path)


def watch(world: World) -> int:
    return raise_alarms(blobs=world.blobs, mail_domain=DOMAIN, clock=world.clock)


def notices(world: World) -> list[tuple[str, str, str]]:
    """Recipient, subject and text of each notice owed."""
    owed = select(Delivery.recipient, Delivery.raw_sha256).where(Delivery.article_id.is_(None))
    with session.reading() as db:
        rows = db.execute(owed.order_by(Delivery.id)).all()
    mails = [(to, parse(world.blobs.read(sha or ""), detect_type=lambda _: "")) for to, sha in rows]
    return [(to, mail.subject, mail.text) for to, mail in mails]


def test_silence_is_told_once_a_day_until_a_mail_comes(world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).where(Mailbox.address == SUPPORT).values(silence_hours=4))
    assert watch(world) == 0
    world.clock.advance(hours=4)
    assert (watch(world), watch(world)) == (1, 0)
    ((to, subject, text),) = notices(world)
    assert to == "owner@ours.example"
    assert subject == f"No mail for {SUPPORT} for 4 hours"
    assert "3/2/26, 12:00" in text.replace("\u202f", " ")
    world.clock.advance(hours=24)
    assert watch(world) == 1
    world.receive(cast.mail())
    assert watch(world) == 0
    world.clock.advance(hours=4)
    assert watch(world) == 1


def test_an_error_is_told_in_the_owners_language_with_the_servers_words(world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.email == "owner@ours.example").values(locale="de"))
        source = {"host": "h", "port": 1, "security": "tls", "username": "u", "auth": "password"}
        more = {
            "sealed_secret": "",
            "folders": [],
            "when_done": "keep",
            "state": "active",
            "created_at": NOON,
        }
        ours = {"account_id": world.ours.account_id, "mailbox_id": world.ours.mailbox.id, "public_id": "s"}
        error = "certificate-expired"
        db.add(ImapSource(**source, **more, **ours, failing_since=NOON, last_error=error))
    world.clock.advance(minutes=16)
    assert watch(world) == 1
    ((_, subject, text),) = notices(world)
    assert subject == f"Post für {SUPPORT} kann nicht abgeholt werden"
    assert "Zertifikat" in text


def test_a_notice_that_reaches_nobody_is_not_tried_every_minute(world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).where(Mailbox.address == SUPPORT).values(silence_hours=1))
        db.execute(update(Staff).where(Staff.email == "owner@ours.example").values(email=SUPPORT))
    world.clock.at += timedelta(hours=2)
    assert (watch(world), watch(world)) == (1, 0)
    assert notices(world) == []


def test_mail_that_cannot_be_sent_is_told_by_the_installations_own_server(world: World) -> None:
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        smtpaccounts.save(db, world.ours.owner, world.ours.mailbox.public_id, wanted, now=NOON)
        error = {"failing_since": NOON, "last_error": "token: invalid_grant"}
        db.execute(update(SmtpAccount).values(error))
    assert watch(world) == 0
    world.clock.advance(minutes=15)
    assert (watch(world), watch(world)) == (1, 0)
    ((to, subject, text),) = notices(world)
    assert (to, subject) == ("owner@ours.example", f"Mail of {SUPPORT} cannot be sent")
    assert "The permission to use this account has ended. Connect it again. (invalid_grant)" in text
    with session.reading() as db:
        assert db.execute(select(Delivery.mailbox_id)).scalars().all() == [None]


def test_held_mail_is_told_once_a_day_and_the_notice_is_not_held(world: World) -> None:
    world.receive(cast.mail())
    for _ in range(2):
        hold(world.reply(1).public_id, now=world.clock.now())
    assert (watch(world), watch(world)) == (1, 0)
    ((to, subject, text),) = notices(world)
    assert (to, subject) == ("owner@ours.example", "Outgoing mail is held back: 2")
    assert "discard it there, revoke your API tokens" in text
    world.clock.advance(hours=24)
    assert watch(world) == 1
    with session.transaction() as db:
        holding.discard(db, world.ours.account_id, Which(), now=world.clock.now())
    assert watch(world) == 0
    hold(world.reply(1).public_id, now=world.clock.now())
    assert watch(world) == 1


def test_the_notice_counts_up_to_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.receive(cast.mail())
    monkeypatch.setattr(holding, "MOST_COUNTED", 1)  # ten thousand would take the test long
    for _ in range(2):
        hold(world.reply(1).public_id, now=world.clock.now())
    watch(world)
    assert notices(world)[0][1] == "Outgoing mail is held back: 1+"
