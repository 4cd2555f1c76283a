"""How the mailboxes fare, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.desk import imapsources, mailboxes, smtpaccounts
from gateway.desk.imapsources import Connection
from gateway.desk.smtpaccounts import Outgoing
from gateway.i18n import speaking
from gateway.store import imap, session
from gateway.store.imap import SourceState
from gateway.store.models import SmtpAccount
from gateway.store.queries.mailboxes import Heartbeat, list_heartbeats
from gateway.store.servers import FreshTokens, Trouble
from tests.world import DOMAIN, NOON, SALES, SUPPORT, World, mail

CONNECTION = Connection(host="imap.example.org", username="help", sealed_secret="sealed")


@pytest.fixture
def connected(world: World) -> World:
    ours = world.ours
    with session.transaction() as db:
        mailboxes.add(db, ours.account_id, SALES, mail_domain=DOMAIN, now=NOON)
        imapsources.connect(db, ours.owner, ours.mailbox.public_id, CONNECTION, now=NOON)
    return world


def heartbeats(world: World) -> dict[str, Heartbeat]:
    with session.reading() as db:
        return {found.address: found for found in list_heartbeats(db, world.ours.account_id)}


def test_each_mailbox_tells_of_its_newest_mail(connected: World) -> None:
    assert [found.last_mail_at for found in heartbeats(connected).values()] == [None, None]
    connected.receive(mail(), SUPPORT)
    connected.receive(mail(), SUPPORT)
    found = heartbeats(connected)
    assert found[SUPPORT].last_mail_at == NOON + timedelta(minutes=1)
    assert found[SALES].last_mail_at is None
    assert list(found) == [SUPPORT, SALES]


def test_an_account_without_trouble_says_nothing(connected: World) -> None:
    found = heartbeats(connected)
    assert (found[SUPPORT].imap, found[SUPPORT].error) == (SourceState.TRIAL, "")
    assert (found[SALES].imap, found[SALES].error, found[SALES].checked_at) == (None, "", None)


def test_trouble_is_told_in_words_with_its_beginning(connected: World) -> None:
    with session.transaction() as db:
        source = imap.claim(db, 1, owner="x", now=NOON, lease=timedelta(minutes=1))
        assert source is not None
        imap.note_checked(db, source, now=NOON)
        imap.note_trouble(db, source, Trouble.LOGIN, "Invalid credentials", now=NOON)
        imap.note_token(db, source, FreshTokens("a", NOON + timedelta(hours=1), source.sealed_secret))
    found = heartbeats(connected)[SUPPORT]
    assert found.error == "The server did not accept user name and password. (Invalid credentials)"
    assert (found.error_code, found.pulse.failing_since, found.checked_at) == ("login", NOON, NOON)
    assert found.token_expires_at == NOON + timedelta(hours=1)
    with speaking("de"):
        assert heartbeats(connected)[SUPPORT].error.startswith("Der Server hat Benutzername")


def test_trouble_of_its_own_outgoing_server_is_told_in_words(connected: World) -> None:
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        ours = connected.ours
        smtpaccounts.save(db, ours.owner, ours.mailbox.public_id, wanted, now=NOON)
    assert heartbeats(connected)[SUPPORT].sending_error == ""
    with session.transaction() as db:
        db.execute(update(SmtpAccount).values(last_error="busy: 421 later"))
    assert heartbeats(connected)[SUPPORT].sending_error.startswith("The server puts us off for now.")


def test_a_stranger_sees_only_his_own(connected: World) -> None:
    with session.reading() as db:
        found = list_heartbeats(db, connected.stranger.account_id)
    assert [one.address for one in found] == [connected.stranger.mailbox.address]
