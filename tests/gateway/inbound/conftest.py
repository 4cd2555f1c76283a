"""A real door on a free port, over a real database and blob store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.inbound import listeners
from gateway.inbound.accept import Acceptor
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.models import Account, Mailbox
from tests.databases import Databases
from tests.fakes.dialogue import Dialogue
from tests.fakes.doors import FOREIGN, NOON, SALES, SUPPORT, Kept, OpenDoors, RunningDoors


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        mail_domain="in.example",
        smtp_hostname="mx.in.example",
        smtp_port=0,
        lmtp_port=0,
        max_message_bytes=1024 * 1024,
        min_free_bytes=0,
        smtp_max_recipients=5,
    )


@pytest.fixture
def database(settings: Settings, databases: Databases) -> Iterator[None]:
    """Two accounts: one with two mailboxes, and a stranger."""
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        for account in (1, 2):
            db.add(
                Account(
                    id=account,
                    public_id=f"a{account}",
                    name="Desk",
                    mail_key=bytes(32),
                    last_ticket_number=0,
                    created_at=NOON,
                )
            )
        db.flush()
        for number, (account, address) in enumerate([(1, SUPPORT), (1, SALES), (2, FOREIGN)], 1):
            db.add(
                Mailbox(
                    id=number,
                    public_id=f"m{number}",
                    account_id=account,
                    address=address,
                    forwarding_local=f"f0{address.partition('@')[0]}",
                    created_at=NOON,
                )
            )
    yield
    session.dispose()


@pytest.fixture
def blobs(settings: Settings, database: None) -> BlobStore:
    return BlobStore(settings.blob_dir, settings.effective_keyring_dir)


@pytest.fixture
def kept(blobs: BlobStore) -> Kept:
    return Kept(blobs)


@pytest.fixture
def open_doors(blobs: BlobStore) -> Iterator[OpenDoors]:
    """Opens doors with given settings; they are closed after the test."""
    opened: list[RunningDoors] = []

    def open_with(
        settings: Settings, acceptor: Acceptor | None = None, *, idle_seconds: float = 60.0
    ) -> RunningDoors:
        acceptor = acceptor or Acceptor(settings, blobs)
        doors = RunningDoors(settings, acceptor, listeners.open_from(settings), idle_seconds)
        opened.append(doors.start())
        return doors

    yield open_with
    for doors in opened:
        doors.tell()
        doors.wait()


@pytest.fixture
def doors(settings: Settings, open_doors: OpenDoors) -> RunningDoors:
    return open_doors(settings)


@pytest.fixture
def smtp(doors: RunningDoors) -> Iterator[Dialogue]:
    """A client that has said EHLO."""
    with doors.smtp() as dialogue:
        yield dialogue.greet()


@pytest.fixture
def lmtp(doors: RunningDoors) -> Iterator[Dialogue]:
    """A client that has said LHLO."""
    with doors.lmtp() as dialogue:
        yield dialogue.greet("LHLO")
