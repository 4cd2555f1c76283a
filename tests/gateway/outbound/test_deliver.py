"""One try at one delivery, from the lease to what is recorded."""

import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.mail.tokens import is_genuine, read_local
from gateway.outbound import deliver as deliver_module
from gateway.outbound.deliver import LEASE, deliver
from gateway.outbound.journal import read_notes
from gateway.outbound.postoffice import PostOffice
from gateway.rules.budget import Budget
from gateway.store import session
from gateway.store.blobs import BlobStore
from tests.fakes.outgoing import (
    DOMAIN,
    KEY,
    NOON,
    RAW,
    SetClock,
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
        broken = PostOffice(
            office.sender, office.journal, Broken(root / "blobs"), DOMAIN, office.unseal, clock
        )
        deliver(delivery_id, office=broken)
    assert row(delivery_id)["state"] == "deferred"
    assert "ZeroDivision" not in row(delivery_id)["answer"]


def test_a_connection_that_breaks_before_the_answer_is_tried_later(
    peer: SmtpPeer, office: PostOffice
) -> None:
    delivery_id = owe()
    peer.at("content", Drop())
    deliver(delivery_id, office=office)
    assert row(delivery_id)["state"] == "deferred"


def test_a_mailboxs_own_server_is_unsealed_and_used(root: Path, peer: SmtpPeer, clock: SetClock) -> None:
    with session.transaction() as db:
        db.connection().exec_driver_sql("UPDATE mailbox SET sealed_relay_url = 'sealed'")
    delivery_id = owe()
    with SmtpPeer() as own, open_post_office(root, peer.url, clock=clock) as office:
        opened = {"sealed": own.url}
        deliver(
            delivery_id,
            office=PostOffice(office.sender, office.journal, office.blobs, DOMAIN, opened.__getitem__, clock),
        )
        assert (len(own.mails), len(peer.mails)) == (1, 0)


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
