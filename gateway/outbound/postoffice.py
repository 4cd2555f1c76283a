"""What a process sends mail with, opened once."""

from dataclasses import dataclass, field
from typing import Self

from gateway.clock import Clock
from gateway.desk.servers.reach import Reach, reach_of
from gateway.outbound.journal import Journal
from gateway.outbound.submission import Sender
from gateway.rules.budget import Budget
from gateway.settings import Settings
from gateway.store.blobs import BlobStore
from gateway.store.sealed import Seal


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Sender, journal and raw mails of one process; `seal` and `reach` are for mailboxes' own servers.

    What goes beyond the `budget` is held back.
    """

    sender: Sender
    journal: Journal
    blobs: BlobStore
    mail_domain: str
    seal: Seal
    reach: Reach
    clock: Clock
    budget: Budget = field(default_factory=Budget)

    def close(self) -> None:
        """Hang up, and give the journal back."""
        self.sender.close()
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_office(settings: Settings, *, blobs: BlobStore, clock: Clock) -> PostOffice:
    """The post office of this process; after any fork: its journal's lock is the process's."""
    return PostOffice(
        sender=Sender(relay_url=settings.relay_url.get_secret_value(), ehlo_name=settings.greeting),
        journal=Journal(settings.journal_dir),
        blobs=blobs,
        mail_domain=settings.mail_domain,
        seal=Seal(settings.key()),
        reach=reach_of(settings),
        clock=clock,
        budget=Budget(
            account_day=settings.budget_account_day,
            account_hour=settings.budget_account_hour,
            recipient_hour=settings.budget_recipient_hour,
        ),
    )
