"""A message from a pipe."""

import io

import pytest

from gateway.errors import NotFound, TooLarge
from gateway.inbound.accept import Acceptor
from gateway.inbound.pipe import accept_from_pipe
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store.blobs import BlobStore
from tests.fakes.doors import NOON, SUPPORT, Kept

MAIL = b"Subject: x\n\nbare\nline ends \0\xff\nFrom here on\n"


@pytest.fixture
def acceptor(settings: Settings, blobs: BlobStore) -> Acceptor:
    return Acceptor(settings, blobs)


def pipe(acceptor: Acceptor, content: bytes, *rcpt_tos: str, max_bytes: int = 10**6) -> None:
    envelope = Envelope("ann@example.org", rcpt_tos)
    accept_from_pipe(acceptor, envelope, io.BytesIO(content), max_bytes=max_bytes, now=NOON)


def test_bytes_are_kept_as_they_are(acceptor: Acceptor, kept: Kept) -> None:
    pipe(acceptor, MAIL, SUPPORT)
    assert kept.only_mail() == MAIL
    assert kept.intakes()[0].source == "pipe"


def test_the_separator_of_an_mbox_is_cut_off(acceptor: Acceptor, kept: Kept) -> None:
    pipe(acceptor, b"From ann@example.org Mon Mar  2 12:00:00 2026\n" + MAIL, SUPPORT)
    assert kept.only_mail() == MAIL


def test_an_unknown_recipient_leaves_nothing(acceptor: Acceptor, kept: Kept) -> None:
    with pytest.raises(NotFound):
        pipe(acceptor, MAIL, SUPPORT, "nobody@desk.example")
    assert kept.intakes() == []


def test_a_mail_over_the_limit_leaves_nothing(acceptor: Acceptor, kept: Kept) -> None:
    pipe(acceptor, MAIL, SUPPORT, max_bytes=len(MAIL))
    with pytest.raises(TooLarge):
        pipe(acceptor, MAIL, SUPPORT, max_bytes=len(MAIL) - 1)
    assert len(kept.intakes()) == 1
    assert kept.spooled() == []
