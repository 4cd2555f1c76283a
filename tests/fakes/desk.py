"""A desk at work, for tests: its queue server to stop and start, its mails to file."""

import signal
import subprocess
import time
from collections.abc import Callable

from redis import Redis
from sqlalchemy import func, select

from gateway import clock
from gateway.desk import mailboxes, people
from gateway.settings import Settings
from gateway.store import intake, session
from gateway.store.blobs import BlobStore
from gateway.store.intake import Ledger, NewOffer, Source
from gateway.store.models import Account, Outbox, Staff
from workers import embedded
from workers.queues import connect

Start = Callable[..., subprocess.Popen[str]]
"""Starts `manage4all` with these arguments."""


def eventually(holds: Callable[[], bool], *, within: float) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def owner() -> tuple[int, int]:
    """A new account's key, and that of its owner."""
    with session.transaction() as db:
        made = people.create_account(
            db, login="olga", email="o@desk.example", name="", password_hash="x", now=clock.now()
        )
        return made.id, db.execute(select(Staff.id).where(Staff.account_id == made.id)).scalar_one()


class Server:
    """The embedded queue server, to be stopped and started again."""

    def __init__(self, settings: Settings, start: Start) -> None:
        self.settings, self._start = settings, start
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = self._start("queue-server")
        assert eventually(lambda: embedded.answers(self.settings), within=10)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(5)

    def client(self) -> Redis:
        return connect(self.settings)


class Mails:
    """Puts accepted mails into the desk, and looks what became of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
        self._sent = 0
        with session.transaction() as db:
            account = Account(
                public_id="a" * 24,
                name="Desk",
                mail_key=b"k" * 32,
                last_ticket_number=0,
                created_at=clock.now(),
            )
            db.add(account)
            db.flush()
            self.account_id: int = account.id
            domain = settings.mail_domain
            self.mailbox_id = mailboxes.add(
                db, account.id, "help@desk.example", mail_domain=domain, now=clock.now()
            ).id

    def accept(self, count: int = 1) -> list[int]:
        """Accept so many different mails; the ids of their outbox rows."""
        return [self._accept_one() for _ in range(count)]

    def _accept_one(self) -> int:
        self._sent += 1
        raw = self.blobs.put(
            f"From: ann{self._sent}@example.org\r\nTo: help@desk.example\r\nSubject: Printer {self._sent}\r\n"
            f"Message-ID: <{self._sent}@example.org>\r\n\r\nIt burns, {self._sent}.\r\n".encode()
        )
        with session.transaction() as db:
            intake.put(
                db,
                account_id=self.account_id,
                raw=raw,
                source=Source.SMTP,
                mail_from="ann@example.org",
                offers=[NewOffer("help@desk.example", self.mailbox_id)],
                now=clock.now(),
            )
            return int(db.execute(select(func.max(Outbox.id))).scalar_one())

    def ledger(self) -> Ledger:
        with session.reading() as db:
            return intake.ledger(db, self.account_id)

    def are_filed(self, count: int) -> bool:
        return self.ledger().tickets == count and not self.ledger().pending
