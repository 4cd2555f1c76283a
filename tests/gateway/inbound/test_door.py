"""What a door decides, apart from the conversation."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from gateway.errors import MalformedMessage, TooLarge, Unavailable
from gateway.inbound.accept import Acceptor
from gateway.inbound.door import Door
from gateway.inbound.sources import Sources
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.intake import Source
from tests.fakes.doors import SUPPORT, Kept


def make_door(settings: Settings, acceptor: Acceptor) -> Door:
    return Door(settings, acceptor, ThreadPoolExecutor(1), Source.SMTP, Sources(settings))


@pytest.mark.parametrize("error", [TooLarge(), MalformedMessage()])
def test_a_refusal_for_good_is_recorded_and_given(
    settings: Settings, blobs: BlobStore, kept: Kept, error: TooLarge
) -> None:
    door = make_door(settings, Acceptor(settings, blobs))
    answer = asyncio.run(door.refuse(Envelope("", (SUPPORT,)), error))
    assert answer.startswith(error.smtp)
    assert [offer[3] for offer in kept.offers()] == ["refused"]


def test_a_mail_that_is_put_off_is_not_recorded(settings: Settings, blobs: BlobStore, kept: Kept) -> None:
    door = make_door(settings, Acceptor(settings, blobs))
    assert asyncio.run(door.refuse(Envelope("", (SUPPORT,)), Unavailable())).startswith("451 4.3.0")
    assert kept.offers() == []


def test_a_refusal_stands_when_it_cannot_be_recorded(settings: Settings, blobs: BlobStore) -> None:
    door = make_door(settings, Acceptor(settings, blobs))
    with session.engine().connect() as other:
        other.exec_driver_sql("DROP TABLE offer")
        other.exec_driver_sql("COMMIT")
    assert asyncio.run(door.refuse(Envelope("", (SUPPORT,)), TooLarge())).startswith("552 5.3.4")


class NoRecipient(Acceptor):
    """Fails while it records."""

    def refuse(self, envelope: Envelope, *, source: Source, reason: str, now: datetime) -> None:
        raise RuntimeError("bug")


def test_a_bug_while_recording_changes_no_answer(settings: Settings, blobs: BlobStore) -> None:
    door = make_door(settings, NoRecipient(settings, blobs))
    assert asyncio.run(door.refuse(Envelope("", (SUPPORT,)), TooLarge())).startswith("552 5.3.4")
