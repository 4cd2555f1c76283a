"""The SMTP server in which the mail of the demo ends, spoken to by a real client."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.inbound import postbox as door
from gateway.inbound.listeners import listen
from gateway.store.postbox import Postbox

RAW = b"Subject: hello\r\n\r\n.a line with a dot\r\n" + b"x" * 900 + b"\r\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "postbox"


@pytest.fixture
def port(root: Path) -> Iterator[int]:
    listener = listen("127.0.0.1", 0)
    number: int = listener.getsockname()[1]
    loop, told = asyncio.new_event_loop(), asyncio.Event()
    serving = door.serve(listener, Postbox(root), max_bytes=10_000, until=told)
    thread = threading.Thread(target=lambda: loop.run_until_complete(serving))
    thread.start()
    yield number
    loop.call_soon_threadsafe(told.set)
    thread.join(10)
    assert not thread.is_alive()
    loop.close()


def test_a_mail_is_kept_for_each_recipient_as_it_came(root: Path, port: int) -> None:
    people = ["ann@customer.example", "bob@customer.example"]
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        assert smtp.sendmail("bounce@desk.example", people, RAW) == {}
    for address in people:
        [mail] = Postbox(root).list_mails(address, limit=9)
        assert mail.raw == RAW


def test_an_address_outside_ascii_is_taken(root: Path, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("x@desk.example", ["jürgen@customer.example"], RAW, mail_options=["SMTPUTF8"])
    assert len(Postbox(root).list_mails("jürgen@customer.example", limit=9)) == 1


def test_what_is_too_large_is_refused_for_good(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp, pytest.raises(smtplib.SMTPException):
        smtp.sendmail("x@desk.example", ["ann@customer.example"], b"a: b\r\n\r\n" + b"x\r\n" * 10_000)


def test_a_postbox_that_cannot_be_written_puts_the_mail_off(root: Path, port: int) -> None:
    root.write_text("no directory")
    with (
        smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        smtp.sendmail("x@desk.example", ["ann@customer.example"], RAW)
    assert refused.value.smtp_code == 451
