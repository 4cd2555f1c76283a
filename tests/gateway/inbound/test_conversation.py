"""How a connection talks and ends, on the wire."""

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from gateway.desk.mailboxes import Recipient
from gateway.errors import StorageFull
from gateway.inbound.accept import Acceptor, Also
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore, Spool
from gateway.store.intake import IntakeRef, Source
from gateway.store.models import Mailbox
from tests.fakes.dialogue import Dialogue
from tests.fakes.doors import FOREIGN, SUPPORT, Kept, OpenDoors, RunningDoors

MAIL = b"Subject: no network\r\n\r\nSince this morning.\r\n"


CERTIFICATE = Path(__file__).parents[2] / "fakes" / "tls"  # self-signed, for these tests alone


@pytest.fixture
def tls_settings(settings: Settings) -> Settings:
    cert, key = CERTIFICATE / "cert.pem", CERTIFICATE / "key.pem"
    return settings.with_values(smtp_tls_cert=cert, smtp_tls_key=key)


@pytest.fixture
def tls_doors(tls_settings: Settings, open_doors: OpenDoors) -> RunningDoors:
    return open_doors(tls_settings)


def test_a_mail_comes_in_over_tls(tls_doors: RunningDoors, kept: Kept) -> None:
    with tls_doors.smtp() as client:
        assert "250-STARTTLS" in client.greet().answer
        client.starttls().send("MAIL FROM:<ann@example.org>").expect("503 5.5.1")
        offered = client.send("EHLO client.example").expect("250").answer
        assert "STARTTLS" not in offered
        assert "AUTH" not in offered
        client.begin(SUPPORT).data(MAIL * 5000).expect("250 2.0.0")
        client.send("STARTTLS").expect("502 5.5.1")
        client.send("QUIT").expect("221")
    assert kept.only_mail() == MAIL * 5000


def test_what_was_sent_in_plain_behind_starttls_is_forgotten(tls_doors: RunningDoors) -> None:
    with tls_doors.smtp() as client:
        client.greet().begin(SUPPORT)
        client.send_bytes(b"STARTTLS\r\nRSET\r\nMAIL FROM:<evil@example.org>\r\n").expect("220 2.0.0")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        client._socket = context.wrap_socket(client._socket)
        client.send("NOOP first").expect("250 2.0.0 OK")
        client.send("RCPT TO:<support@desk.example>").expect("503 5.5.1")


def test_a_failed_handshake_ends_the_connection_and_frees_its_place(
    tls_settings: Settings, open_doors: OpenDoors
) -> None:
    doors = open_doors(tls_settings.with_values(smtp_max_connections=1))
    with doors.smtp() as client:
        client.greet().send("STARTTLS").expect("220 2.0.0").send_bytes(b"no handshake at all\r\n\r\n")
        while client._socket.recv(1000):
            pass
    with doors.smtp() as client:
        client.greet()


def test_an_idle_client_is_sent_away(settings: Settings, open_doors: OpenDoors) -> None:
    with open_doors(settings, idle_seconds=0.2).smtp() as client:
        client.greet().expect("421 4.4.2")
        assert client.is_closed()


def test_a_slow_client_is_not_idle(settings: Settings, open_doors: OpenDoors) -> None:
    with open_doors(settings, idle_seconds=0.4).smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354")
        for _ in range(8):
            client.send_bytes(b"x\r\n")
            time.sleep(0.1)
        client.send_bytes(b".\r\n").expect("250 2.0.0")


class BrokenAcceptor(Acceptor):
    """Has a bug."""

    def accept(
        self,
        envelope: Envelope,
        spool: Spool,
        *,
        source: Source,
        now: datetime,
        also: Also | None = None,
    ) -> tuple[IntakeRef, ...]:
        raise RuntimeError("SELECT secret FROM account")

    def find_recipient(self, address: str) -> Recipient | None:
        if address == "bug@desk.example":
            raise RuntimeError("SELECT secret FROM mailbox")
        return super().find_recipient(address)


def test_an_unforeseen_fault_is_temporary_and_tells_nothing(
    settings: Settings, blobs: BlobStore, kept: Kept, open_doors: OpenDoors
) -> None:
    with open_doors(settings, BrokenAcceptor(settings, blobs)).smtp() as client:
        client.greet().begin(SUPPORT).data(MAIL).expect("451 4.3.0")
        assert "secret" not in client.answer
        client.begin(SUPPORT).send("RCPT TO:<bug@desk.example>").expect("451 4.3.0")
        assert "secret" not in client.answer
    assert kept.intakes() == []
    assert kept.spooled() == []


class BrokenSpool(Spool):
    """Has a bug in the middle of the data."""

    def write(self, data: bytes | memoryview) -> None:
        raise RuntimeError("disk secret")


class BrokenBlobs(BlobStore):
    def spool(self) -> Spool:
        return BrokenSpool(self)


def test_after_an_unforeseen_fault_in_the_data_nothing_of_it_is_obeyed(
    settings: Settings, blobs: BlobStore, open_doors: OpenDoors
) -> None:
    broken = Acceptor(settings, BrokenBlobs(settings.blob_dir, settings.effective_keyring_dir))
    with open_doors(settings, broken).smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354")
        client.send_bytes(b"Subject: x\r\nRSET\r\nNOOP\r\n").expect("421 4.3.0")
        assert client.is_closed()


class FullSpool(Spool):
    """The disk fills up while the mail is written."""

    def write(self, data: bytes | memoryview) -> None:
        raise StorageFull(detail="ENOSPC")


class FullBlobs(BlobStore):
    def spool(self) -> Spool:
        return FullSpool(self)


def test_a_disk_that_fills_up_in_the_data_puts_the_mail_off(
    settings: Settings, blobs: BlobStore, kept: Kept, open_doors: OpenDoors
) -> None:
    with open_doors(
        settings, Acceptor(settings, FullBlobs(settings.blob_dir, settings.effective_keyring_dir))
    ).smtp() as client:
        client.greet().begin(SUPPORT).data(MAIL * 1000).expect("452 4.3.1")
        client.send("NOOP").expect("250 2.0.0")
    assert kept.offers() == []
    assert kept.spooled() == []


def test_a_locked_database_puts_mail_off_and_takes_it_later(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT)
    with session.engine().connect() as other:
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        smtp.data(MAIL).expect("451 4.3.0")
        other.exec_driver_sql("ROLLBACK")
    assert kept.intakes() == []
    smtp.begin(SUPPORT).data(MAIL).expect("250 2.0.0")


def test_a_broken_database_puts_recipients_off(smtp: Dialogue) -> None:
    with session.engine().connect() as other:
        other.exec_driver_sql("DROP TABLE mailbox")
        other.exec_driver_sql("COMMIT")
    smtp.send("MAIL FROM:<ann@example.org>").expect("250 2.1.0")
    smtp.send(f"RCPT TO:<{SUPPORT}>").expect("451 4.3.0")
    assert "mailbox" not in smtp.answer


def test_a_mailbox_that_was_removed_is_unknown_within_a_second(smtp: Dialogue) -> None:
    smtp.begin(SUPPORT)
    with session.transaction() as db:
        db.delete(db.get(Mailbox, 1))
    time.sleep(1)
    smtp.send(f"RCPT TO:<{SUPPORT}>").expect("550 5.1.1")


def test_a_mail_for_a_mailbox_removed_meanwhile_is_put_off(smtp: Dialogue, kept: Kept) -> None:
    smtp.begin(SUPPORT, FOREIGN)
    with session.transaction() as db:
        db.delete(db.get(Mailbox, 1))
    smtp.data(MAIL).expect("451 4.3.0")
    assert kept.intakes() == []


def test_small_mails_are_taken_while_a_large_one_comes_in(settings: Settings, open_doors: OpenDoors) -> None:
    doors = open_doors(settings.with_values(max_message_bytes=200 * 1024 * 1024))
    large = (b"x" * 998 + b"\r\n") * 1000
    with doors.smtp() as sender, doors.smtp() as client, ThreadPoolExecutor(1) as elsewhere:
        client.greet()
        sender.greet().begin(SUPPORT).send("DATA").expect("354")
        is_enough = threading.Event()

        def send_on() -> None:
            for _ in range(150):
                if not is_enough.is_set():
                    sender.send_bytes(large)
            sender.send_bytes(b".\r\n").expect("250 2.0.0")

        sent = elsewhere.submit(send_on)
        for _ in range(3):
            client.begin(SUPPORT).data(MAIL).expect("250 2.0.0")
        assert not sent.done()
        is_enough.set()
        sent.result()
