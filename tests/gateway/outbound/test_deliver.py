"""One try at one delivery, from the lease to what is recorded."""

import sqlite3
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select, update
from structlog.testing import LogCapture

import gateway.outbound.deliver as delivering
from gateway.errors import Unavailable
from gateway.mail.tokens import is_genuine, read_local
from gateway.outbound import deliver as deliver_module
from gateway.outbound.deliver import LEASE, deliver
from gateway.outbound.journal import read_notes
from gateway.outbound.postoffice import PostOffice
from gateway.rules.budget import Budget
from gateway.store import deliveries, session, smtp
from gateway.store.blobs import BlobStore
from gateway.store.models import Article, Delivery, RelayOffer, SmtpAccount, SmtpTurn
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.outgoing import (
    DOMAIN,
    KEY,
    NOON,
    RAW,
    SEAL,
    SetClock,
    account_row,
    give_account,
    open_post_office,
    owe,
    owed,
    row,
    ticket,
    told,
)
from tests.fakes.smtp_peer import Answer, Call, Drop, SmtpPeer


def lock_database(root: Path) -> sqlite3.Connection:
    holder = sqlite3.connect(root / "desk.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    return holder


def test_the_recipient_has_it_byte_for_byte_and_bounces_come_to_its_delivery(
    peer: SmtpPeer, office: PostOffice
) -> None:
    delivery_id = owe()
    deliver(delivery_id, office=office)
    (mail,) = peer.mails
    assert (mail.rcpt_to, mail.raw) == ("ann@example.org", RAW)
    local, domain = mail.mail_from.split("@")
    claim = read_local(local)
    assert claim is not None
    assert (claim.ref_id, domain, is_genuine(KEY, claim)) == (delivery_id, DOMAIN, True)
    assert (row(delivery_id)["state"], row(delivery_id)["answer"]) == ("sent", "250 2.0.0 queued as 1")
    assert (told(), owed(), office.journal.unmerged) == (["sent"], {}, ())


def test_told_again_it_is_not_sent_again(peer: SmtpPeer, office: PostOffice) -> None:
    delivery_id = owe()
    for _ in range(3):
        deliver(delivery_id, office=office)
    deliver(4711, office=office)
    assert len(peer.mails) == 1


def test_each_recipient_has_an_outcome_of_its_own(peer: SmtpPeer, office: PostOffice) -> None:
    bad, good = owe("gone@example.org"), owe("ann@example.org")
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    for delivery_id in (bad, good):
        deliver(delivery_id, office=office)
    assert (row(bad)["state"], row(good)["state"]) == ("failed", "sent")
    assert ticket()["status"] == "open"


def test_past_the_budget_nothing_is_said_to_the_server(
    peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    first, second = owe("a@example.org"), owe("b@example.org")
    bounded = replace(office, budget=Budget(account_hour=1))
    for delivery_id in (first, second):
        deliver(delivery_id, office=bounded)
    assert [mail.rcpt_to for mail in peer.mails] == ["a@example.org"]
    assert (row(second)["state"], owed()) == ("held", {})


def test_it_is_deferred_and_sent_when_its_time_has_come(
    peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at("rcpt", Answer("451 4.3.0 later"))
    deliver(delivery_id, office=office)
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], peer.mails) == ("deferred", [])
    assert owed()[delivery_id] > NOON
    clock.at = owed()[delivery_id]
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], row(delivery_id)["attempts"]) == ("sent", 2)


def test_without_a_server_it_says_so_and_is_tried_every_minute(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    with open_post_office(root, "", clock=clock) as office:
        deliver(delivery_id, office=office)
    assert row(delivery_id)["answer"] == "No outgoing mail server is configured."
    assert (owed()[delivery_id] - NOON).total_seconds() == 60
    assert told() == ["deferred"]


def test_a_worker_past_its_lease_does_not_send(peer: SmtpPeer, office: PostOffice, clock: SetClock) -> None:
    delivery_id = owe()
    peer.at("rcpt", Call(lambda: clock.advance(seconds=LEASE.total_seconds())))
    deliver(delivery_id, office=office)
    assert peer.mails == []
    assert not any(command == "DATA" for command in peer.commands)
    assert row(delivery_id)["state"] == "deferred"


def test_a_raw_mail_that_is_missing_defers_it(root: Path, office: PostOffice, peer: SmtpPeer) -> None:
    delivery_id = owe()
    for path in (root / "blobs").glob("*/*"):
        path.unlink()
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], peer.sessions) == ("deferred", 0)


def test_a_fault_nobody_foresaw_defers_it(root: Path, clock: SetClock, peer: SmtpPeer) -> None:
    class Broken(BlobStore):
        def read(self, sha256: str) -> bytes:
            raise ZeroDivisionError

    delivery_id = owe()
    with open_post_office(root, peer.url, clock=clock) as office:
        deliver(delivery_id, office=replace(office, blobs=Broken(root / "blobs", root / "keyring")))
    assert row(delivery_id)["state"] == "deferred"
    assert "ZeroDivision" not in row(delivery_id)["answer"]


def test_a_connection_that_breaks_before_the_answer_is_tried_later(
    peer: SmtpPeer, office: PostOffice
) -> None:
    delivery_id = owe()
    peer.at("content", Drop())
    deliver(delivery_id, office=office)
    assert row(delivery_id)["state"] == "deferred"


def test_a_mailboxs_own_server_is_signed_in_at_and_used(peer: SmtpPeer, office: PostOffice) -> None:
    with SmtpPeer(login=("help", "pw"), extensions=("SIZE 9999",)) as own:
        give_account(own.port, username="help", secret="pw")
        for recipient in ("ann@example.org", "bob@example.org"):
            deliver(owe(recipient), office=office)
        assert (len(own.mails), own.sessions, len(peer.mails)) == (2, 1, 0)
        assert own.mails[0].mail_from.endswith(f"@{DOMAIN}")
    assert (account_row()["max_message_bytes"], told()) == (9999, ["sent", "sent"])


def test_its_own_address_is_the_envelopes_where_the_server_wants_that(office: PostOffice) -> None:
    with SmtpPeer() as own:
        give_account(own.port, sender="mailbox")
        deliver(owe(), office=office)
        with session.transaction() as db:
            notice = deliveries.queue_notice(
                db, account_id=1, recipient="eve@example.org", raw_sha256="0" * 64, now=NOON
            )
            db.execute(update(Delivery).where(Delivery.id == notice).values(mailbox_id=1))
            raw = select(Article.raw_sha256).scalar_subquery()
            db.execute(update(Delivery).where(Delivery.id == notice).values(raw_sha256=raw))
        deliver(notice, office=office)
        assert [mail.mail_from for mail in own.mails] == ["support@desk.example", ""]


def test_a_wrong_password_defers_for_as_long_as_it_is_wrong(
    peer: SmtpPeer,
    office: PostOffice,
    clock: SetClock,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = LogCapture()  # the module's own writes to whatever was standard error at its first use
    monkeypatch.setattr(delivering, "_log", structlog.wrap_logger(None, processors=[log]))
    delivery_id, other = owe(), owe("bob@example.org")
    with SmtpPeer(login=("help", "right")) as own:
        give_account(own.port, username="help", secret="hunter2")
        for each in (delivery_id, other):
            deliver(each, office=office)
        assert own.secrets == ["hunter2"]
        assert (row(delivery_id)["state"], row(delivery_id)["attempts"]) == ("deferred", 0)
        assert "did not accept user name" in row(delivery_id)["answer"] == row(other)["answer"]
        clock.advance(days=30)
        deliver(delivery_id, office=office)
        assert row(delivery_id)["state"] == "deferred"
        with session.transaction() as db:
            values = {"sealed_secret": SEAL.seal("right"), "resting_until": None}
            db.execute(update(SmtpAccount).values(values))
        clock.at = owed()[delivery_id]
        deliver(delivery_id, office=office)
        assert (row(delivery_id)["state"], account_row()["failing_since"]) == ("sent", None)
    assert peer.mails == []
    assert "delivery.tried" in repr(log.entries)
    assert "hunter2" not in repr(log.entries) + "".join(capfd.readouterr())


def test_a_grant_that_is_over_defers_and_is_told_at_the_mailbox(
    peer: SmtpPeer, office: PostOffice, oauth: OAuthServer
) -> None:
    oauth.error = "invalid_grant"
    give_account(1, username="help", auth="xoauth2", secret="x", token_url=oauth.url, client_id="us")
    delivery_id = owe()
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], row(delivery_id)["attempts"]) == ("deferred", 0)
    assert (account_row()["last_error"], account_row()["failing_since"]) == ("token: invalid_grant", NOON)
    assert peer.sessions == 0


def test_a_token_that_was_withdrawn_is_replaced_and_the_mail_sent_once(
    office: PostOffice, oauth: OAuthServer
) -> None:
    with SmtpPeer(login=("help", ""), mechanisms="XOAUTH2") as own:
        own.accepts_token = lambda token: token in oauth.access_tokens
        give_account(
            own.port,
            username="help",
            auth="xoauth2",
            secret=oauth.refresh_token,
            token_url=oauth.url,
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            access_token="withdrawn",
            token_expires_at=NOON + timedelta(hours=1),
        )
        delivery_id = owe()
        deliver(delivery_id, office=office)
        assert (own.secrets, len(own.mails)) == (["withdrawn", "access1"], 1)
    assert row(delivery_id)["state"] == "sent"


def test_while_another_asks_for_a_token_the_mail_is_put_back(office: PostOffice, oauth: OAuthServer) -> None:
    smtp_id = give_account(1, username="help", auth="xoauth2", secret="x", token_url=oauth.url, client_id="u")
    delivery_id = owe()
    with session.transaction() as db:
        smtp.begin_refresh(db, smtp_id, now=NOON)
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], row(delivery_id)["lease_token"]) == ("queued", "")
    assert (owed()[delivery_id] - NOON, told()) == (timedelta(seconds=2), [])
    with session.reading() as db:
        assert db.execute(select(SmtpTurn.id)).first() is None


def test_without_a_free_connection_a_mail_is_put_back_untold_and_others_go(
    root: Path, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    with SmtpPeer() as own, open_post_office(root, peer.url, clock=clock) as second:
        give_account(own.port, max_connections=1)
        first, waiting, last = owe("a@example.org"), owe("b@example.org"), owe("c@example.org")
        own.at("rcpt", Call(lambda: deliver(waiting, office=second)))
        deliver(first, office=office)
        assert (row(first)["state"], row(waiting)["state"], own.sessions) == ("sent", "queued", 1)
        assert (row(waiting)["attempts"], told()) == (0, ["sent"])
        assert owed()[waiting] == NOON + timedelta(seconds=1)
        with session.transaction() as db:
            db.execute(update(Delivery).where(Delivery.id == last).values(mailbox_id=None))
        deliver(last, office=second)
        assert len(peer.mails) == 1
        clock.advance(seconds=10)
        deliver(waiting, office=second)
        assert row(waiting)["state"] == "sent"


def test_beyond_its_mails_a_minute_a_mail_waits_for_its_place(office: PostOffice, clock: SetClock) -> None:
    with SmtpPeer() as own:
        give_account(own.port, mails_per_minute=2)
        owed_to = [owe(f"ann{number}@example.org") for number in range(3)]
        for delivery_id in owed_to:
            deliver(delivery_id, office=office)
        assert len(own.mails) == 2
        assert (row(owed_to[2])["state"], owed()) == ("queued", {owed_to[2]: NOON + timedelta(minutes=1)})
        clock.advance(seconds=60)
        deliver(owed_to[2], office=office)
        assert len(own.mails) == 3


def test_what_the_installations_server_takes_is_noted(office: PostOffice, peer: SmtpPeer) -> None:
    deliver(owe(), office=office)
    with session.reading() as db:
        found = db.execute(select(RelayOffer.server, RelayOffer.max_message_bytes)).all()
    assert [tuple(each) for each in found] == [(f"127.0.0.1:{peer.port}", 52428800)]


def test_a_database_that_cannot_lease_it_stops_the_try(
    root: Path, peer: SmtpPeer, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.1)
    session.configure(f"sqlite:///{root / 'desk.db'}")
    delivery_id = owe()
    holder = lock_database(root)
    with pytest.raises(Unavailable):
        deliver(delivery_id, office=office)
    holder.close()
    assert peer.sessions == 0


def test_an_outcome_waits_for_a_locked_database_and_is_sent_once(
    root: Path, peer: SmtpPeer, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.1)
    session.configure(f"sqlite:///{root / 'desk.db'}")
    delivery_id = owe()
    holders: list[sqlite3.Connection] = []

    def lock_for_a_while() -> None:
        holders.append(lock_database(root))
        threading.Timer(1.5, holders[0].close).start()

    peer.at("content", Call(lock_for_a_while))
    started = time.monotonic()
    deliver(delivery_id, office=office)
    assert time.monotonic() - started > 1
    assert (row(delivery_id)["state"], len(peer.mails)) == ("sent", 1)


def test_past_its_patience_it_stays_noted_and_the_next_try_brings_it_in(
    root: Path, peer: SmtpPeer, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(deliver_module, "RECORD_PATIENCE_SECONDS", 0.2)
    session.configure(f"sqlite:///{root / 'desk.db'}")
    delivery_id = owe()
    holders: list[sqlite3.Connection] = []
    peer.at("content", Call(lambda: holders.append(lock_database(root))))
    deliver(delivery_id, office=office)
    assert len(read_notes(office.journal.path.read_bytes())) == 1
    holders[0].close()
    assert row(delivery_id)["state"] == "queued"
    deliver(delivery_id, office=office)
    assert (row(delivery_id)["state"], len(peer.mails), office.journal.unmerged) == ("sent", 1, ())
