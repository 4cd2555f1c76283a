"""Doors that run in the test's process, and what they left behind."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from gateway.inbound import listeners
from gateway.inbound.accept import Acceptor
from gateway.inbound.listeners import Listening
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.models import Intake, Offer, Outbox
from tests.fakes.dialogue import Dialogue

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUPPORT = "support@desk.example"
SALES = "sales@desk.example"
FOREIGN = "help@stranger.example"
FORWARDING = "f0support@in.example"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database knows of accepted and refused mail."""

    blobs: BlobStore

    def intakes(self) -> Sequence[Intake]:
        with session.reading() as db:
            rows = db.scalars(select(Intake).order_by(Intake.id)).all()
            db.expunge_all()
        return rows

    def offers(self) -> list[tuple[int, int | None, str, str]]:
        """(account, mailbox, recipient, fate) of each, oldest first."""
        with session.reading() as db:
            rows = db.scalars(select(Offer).order_by(Offer.id))
            return [(row.account_id, row.mailbox_id, row.rcpt_to, row.fate) for row in rows]

    def owed(self) -> list[tuple[str, int]]:
        with session.reading() as db:
            return [(row.topic, row.ref_id) for row in db.scalars(select(Outbox).order_by(Outbox.id))]

    def only_mail(self) -> bytes:
        [intake] = self.intakes()
        return self.blobs.read(intake.raw_sha256)

    def spooled(self) -> list[Path]:
        return list(self.blobs.spool_dir.iterdir())


@dataclass(slots=True)
class RunningDoors:
    """Both doors in a thread of their own."""

    settings: Settings
    acceptor: Acceptor
    listening: Listening
    idle_seconds: float = 60.0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "RunningDoors":
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def tell(self) -> None:
        """What SIGTERM does."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)

    def wait(self) -> None:
        assert self._thread is not None
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    def smtp(self, *, from_host: str | None = None) -> Dialogue:
        assert self.listening.smtp is not None
        return Dialogue(self.listening.smtp.getsockname()[:2], from_host=from_host)

    def lmtp(self) -> Dialogue:
        assert self.listening.lmtp is not None
        return Dialogue(self.listening.lmtp.getsockname()[:2])

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(
            listeners.serve(
                self.settings,
                self.acceptor,
                self.listening,
                until=self._told,
                idle_seconds=self.idle_seconds,
            )
        )
        self._loop.close()


class OpenDoors(Protocol):
    """Opens doors that are closed after the test."""

    def __call__(
        self, settings: Settings, acceptor: Acceptor | None = None, *, idle_seconds: float = 60.0
    ) -> RunningDoors: ...
