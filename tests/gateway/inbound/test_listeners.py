"""How the doors open, share sockets, and close."""

import asyncio
import threading
import time
from datetime import datetime
from typing import Any

from gateway.inbound import listeners
from gateway.inbound.accept import Acceptor, Also
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store.blobs import BlobStore, Spool
from gateway.store.intake import IntakeRef, Source
from tests.fakes.doors import SUPPORT, Kept, OpenDoors, RunningDoors

MAIL = b"Subject: no network\r\n\r\nSince this morning.\r\n"


def test_lmtp_can_be_left_out(settings: Settings, open_doors: OpenDoors) -> None:
    doors = open_doors(settings.with_values(lmtp_port=None))
    assert doors.listening.lmtp is None
    with doors.smtp() as client:
        client.greet()


def test_an_idle_client_is_told_that_the_door_closes(doors: RunningDoors) -> None:
    with doors.smtp() as smtp, doors.lmtp() as lmtp:
        smtp.greet()
        lmtp.greet("LHLO")
        doors.tell()
        smtp.expect("421 4.3.2")
        lmtp.expect("421 4.3.2")
        assert smtp.is_closed()
    doors.wait()


def test_a_mail_that_has_begun_is_taken_before_the_door_closes(doors: RunningDoors, kept: Kept) -> None:
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354").send_bytes(MAIL)
        doors.tell()
        time.sleep(0.3)
        client.send_bytes(b".\r\n").expect("250 2.0.0 Kept").expect("421 4.3.2")
        assert client.is_closed()
    doors.wait()
    assert kept.only_mail() == MAIL


def test_a_mail_that_never_ends_does_not_keep_the_door_open(doors: RunningDoors, kept: Kept) -> None:
    started = time.monotonic()
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).send("DATA").expect("354").send_bytes(MAIL)
        doors.tell()
        client.expect("421 4.3.2")
        doors.wait()
    assert time.monotonic() - started < 8
    assert kept.intakes() == []
    assert kept.spooled() == []


class SlowAcceptor(Acceptor):
    """Takes its time to make a mail durable."""

    begun = threading.Event()

    def accept(
        self,
        envelope: Envelope,
        spool: Spool,
        *,
        source: Source,
        now: datetime,
        also: Also | None = None,
    ) -> tuple[IntakeRef, ...]:
        self.begun.set()
        time.sleep(1)
        return super().accept(envelope, spool, source=source, now=now, also=also)


def test_a_mail_that_is_being_kept_gets_its_answer(
    settings: Settings, blobs: BlobStore, open_doors: OpenDoors, kept: Kept
) -> None:
    doors = open_doors(settings, SlowAcceptor(settings, blobs))
    with doors.smtp() as client:
        client.greet().begin(SUPPORT).data(MAIL)
        assert SlowAcceptor.begun.wait(5)
        doors.tell()
        client.expect("250 2.0.0 Kept").expect("421 4.3.2")
    doors.wait()
    assert kept.only_mail() == MAIL


def test_many_clients_at_once_lose_nothing(doors: RunningDoors, kept: Kept) -> None:
    def send(number: int) -> None:
        with doors.smtp() as client:
            client.greet()
            for part in range(5):
                client.begin(SUPPORT).data(b"Subject: %d-%d\r\n\r\nx\r\n" % (number, part))
                client.expect("250 2.0.0")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({intake.raw_sha256 for intake in kept.intakes()}) == 100
    assert len(kept.owed()) == 100


class _Greeter(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"220 here\r\n")
        transport.close()


def test_a_session_that_cannot_begin_does_not_close_the_door() -> None:
    makes = iter([None, _Greeter()])

    def make() -> Any:
        made = next(makes)
        if made is None:
            raise TypeError("no session for this caller")
        return made

    async def call_twice() -> list[bytes]:
        listener = listeners.listen("127.0.0.1", 0)
        admitting = asyncio.create_task(listeners._admit(listener, make, ()))
        heard = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            heard.append(await asyncio.wait_for(reader.read(), 5))
            writer.close()
        admitting.cancel()
        await asyncio.gather(admitting, return_exceptions=True)
        return heard

    assert asyncio.run(call_twice()) == [b"", b"220 here\r\n"]
