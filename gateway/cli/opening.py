"""What every command that touches the desk does first: settings, log, database with its wake-up."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from gateway import log
from gateway import settings as all_settings
from gateway.inbound.accept import Acceptor
from gateway.rules.news import News
from gateway.settings import Settings
from gateway.store import migrate, session
from gateway.store.blobs import BlobStore
from gateway.store.session import Announce, Wake

GROUP = "manage4all.wakers"
"""Entry points here are functions `make_wake(settings) -> Waker`."""


class Waker(Protocol):
    """Rings after a commit, for workers and for whoever looks on."""

    def __call__(self, topic: str, outbox_ids: Sequence[int]) -> None:
        """These outbox rows are due."""

    def announce(self, news: Sequence[News]) -> None:
        """This has changed."""


def open_process() -> Settings:
    """Load the settings, and configure log and database by them."""
    settings = all_settings.load()
    log.configure(level=settings.log_level)
    configure_database(settings)
    return settings


def configure_database(settings: Settings) -> None:
    """This process works on the database, and rings after its commits."""
    wake, announce = find_wake(settings), find_announce(settings)
    session.configure(settings.effective_database_url, wake=wake, announce=announce)


def open_desk() -> Settings:
    """Likewise for a command that people call: brings the database to the newest schema first."""
    settings = open_process()
    settings.root.mkdir(parents=True, exist_ok=True)
    if not migrate.is_current():
        migrate.upgrade()
    return settings


def open_acceptor(settings: Settings) -> Acceptor:
    """The way in for mail; lays out the blob store where there is none yet."""
    return Acceptor(settings, BlobStore(settings.blob_dir, settings.effective_keyring_dir))


def find_wake(settings: Settings) -> Wake:
    """Tells every installed waker of what is due after a commit; they are loaded at the first ring."""

    def wake(topic: str, outbox_ids: Sequence[int]) -> None:
        for each in installed_wakers(settings):
            each(topic, outbox_ids)

    return wake


def find_announce(settings: Settings) -> Announce:
    """Tells every installed waker of what has changed; they are loaded at the first time."""

    def announce(news: Sequence[News]) -> None:
        for each in installed_wakers(settings):
            each.announce(news)

    return announce


@cache
def installed_wakers(settings: Settings) -> tuple[Waker, ...]:
    """Those of the floors above; they may be carried over a fork."""
    return tuple(entry.load()(settings) for entry in entry_points(group=GROUP))
