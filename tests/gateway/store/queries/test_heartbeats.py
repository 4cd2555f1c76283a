"""Which mailboxes are looked at, and who is told of them."""

from datetime import timedelta

from sqlalchemy import select, update

from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import Outgoing
from gateway.rules.heartbeat import Pulse
from gateway.store import session
from gateway.store.models import ImapSource, Mailbox, SmtpAccount, Staff
from gateway.store.queries.heartbeats import Heartbeat, Person, are_watched, heartbeats, people_to_tell
from tests.world import NOON, SUPPORT, World, mail


def set_mailbox(world: World, **values: object) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).where(Mailbox.id == world.ours.mailbox.id).values(**values))


def seen() -> tuple[Heartbeat, ...]:
    with session.reading() as db:
        return heartbeats(db)


def test_a_mailbox_that_is_not_watched_and_does_not_fail_is_not_looked_at(world: World) -> None:
    assert seen() == ()
    with session.reading() as db:
        assert not are_watched(db)


def test_a_watched_one_was_heard_when_its_newest_mail_came(world: World) -> None:
    set_mailbox(world, silence_hours=5)
    (before,) = seen()
    with session.reading() as db:
        assert are_watched(db)
    assert before.pulse == Pulse(NOON, timedelta(hours=5), None)
    world.clock.advance(hours=1)
    for _ in range(2):
        world.receive(mail())
    (after,) = seen()
    assert (after.address, after.account_id) == (SUPPORT, world.ours.account_id)
    assert after.pulse.heard_at == NOON + timedelta(hours=1, minutes=1)


def test_one_that_fails_shows_its_error(world: World) -> None:
    with session.transaction() as db:
        source = {"host": "h", "port": 1, "security": "tls", "username": "u", "auth": "password"}
        more = {
            "sealed_secret": "",
            "folders": [],
            "when_done": "keep",
            "state": "active",
            "created_at": NOON,
        }
        ours = {"account_id": world.ours.account_id, "mailbox_id": world.ours.mailbox.id, "public_id": "s"}
        db.add(ImapSource(**source, **more, **ours, failing_since=NOON, last_error="no route"))
    (beat,) = seen()
    assert (beat.pulse.failing_since, beat.error) == (NOON, "no route")


def test_one_whose_mail_cannot_be_sent_shows_its_error(world: World) -> None:
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        smtpaccounts.save(db, world.ours.owner, world.ours.mailbox.public_id, wanted, now=NOON)
    assert seen() == ()
    with session.transaction() as db:
        db.execute(update(SmtpAccount).values(failing_since=NOON, last_error="login: no"))
        assert are_watched(db)
    (beat,) = seen()
    assert (beat.pulse.unsent_since, beat.sending_error) == (NOON, "login: no")
    assert (beat.pulse.failing_since, beat.error) == (None, "")


def test_owner_and_admins_are_told_in_their_language(world: World) -> None:
    with session.transaction() as db:
        sam = db.execute(select(Staff).where(Staff.id == world.ours.staff.staff_id)).scalar_one()
        assert people_to_tell(db, world.ours.account_id) == [Person("owner@ours.example", "")]
        sam.role, sam.locale = "admin", "de"
        db.flush()
        assert people_to_tell(db, world.ours.account_id)[1:] == [Person("sam@ours.example", "de")]
        sam.deactivated_at = NOON
        db.flush()
        assert len(people_to_tell(db, world.ours.account_id)) == 1
