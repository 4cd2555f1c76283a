"""`manage4all imap`: one process that fetches mail."""

import signal
from functools import cache

import click

from gateway import log
from gateway.cli.opening import configure_database, open_acceptor, open_process
from gateway.clock import SystemClock
from gateway.inbound.accept import Acceptor
from gateway.inbound.imap.fetchers import Fetchers, MakeWatch, Watch
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.imap.stopping import Stopper
from gateway.settings import Settings
from gateway.store.imap import LeasedSource


@click.command()
@click.option(
    "--once", is_flag=True, help="Fetch what is there, and end; status 1 if an account has a fault."
)
def imap(once: bool) -> int:  # noqa: FBT001 - click calls it
    """Fetch mail from the IMAP accounts of all mailboxes until stopped. Several processes share the work."""
    settings = open_process()
    if not once:
        fetch(settings)
        return 0
    outcomes = Fetchers(_maker(settings), SystemClock()).run_once(_stopper())
    return int(any(trouble is not None for trouble in outcomes.values()))


def fetch(settings: Settings) -> None:
    """Fetch until stopped. The log must be configured."""
    configure_database(settings)
    log.get("imap").info("imap.started")
    Fetchers(_maker(settings), SystemClock()).run(_stopper())


def _stopper() -> Stopper:
    stopper = Stopper()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopper.set())
    return stopper


def _maker(settings: Settings) -> MakeWatch:
    @cache
    def acceptor() -> Acceptor:
        return open_acceptor(settings)

    def make(source: LeasedSource, stopper: Stopper, setbacks: dict[str, Setbacks]) -> Watch:
        from gateway.desk.servers.reach import reach_of
        from gateway.inbound.imap.fetching import Office
        from gateway.inbound.imap.watching import Watch as SourceWatch
        from gateway.store.sealed import Seal

        office = Office(acceptor(), SystemClock(), settings.max_message_bytes)
        return SourceWatch(office, source, reach_of(settings), Seal(settings.key()), stopper, setbacks)

    return make
