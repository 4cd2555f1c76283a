"""What every command that touches the desk does first: settings, log, database with its wake-up."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

from gateway import log
from gateway import settings as all_settings
from gateway.inbound.accept import Acceptor
from gateway.settings import Settings
from gateway.store import migrate, session
from gateway.store.blobs import BlobStore
from gateway.store.session import Wake

GROUP = "manage4all.wakers"
"""Entry points here are functions `make_wake(settings) -> Wake`."""


def open_process() -> Settings:
    """Load the settings, and configure log and database by them."""
    settings = all_settings.load()
    log.configure(level=settings.log_level)
    session.configure(settings.effective_database_url, wake=find_wake(settings))
    return settings


def open_desk() -> Settings:
    """Likewise for a command that people call: brings the database to the newest schema first."""
    settings = open_process()
    settings.root.mkdir(parents=True, exist_ok=True)
    if not migrate.is_current():
        migrate.upgrade()
    return settings


def open_acceptor(settings: Settings) -> Acceptor:
    """The way in for mail; lays out the blob store where there is none yet."""
    return Acceptor(settings, BlobStore(settings.blob_dir))


def find_wake(settings: Settings) -> Wake:
    """Tells every installed waker of what is due after a commit; they are loaded at the first ring."""

    def wake(topic: str, outbox_ids: Sequence[int]) -> None:
        for each in installed_wakers(settings):
            each(topic, outbox_ids)

    return wake


@cache
def installed_wakers(settings: Settings) -> tuple[Wake, ...]:
    """Those of the floors above; they may be carried over a fork."""
    return tuple(entry.load()(settings) for entry in entry_points(group=GROUP))
