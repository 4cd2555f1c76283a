"""`manage4all worker`, `scheduler` and `queue-server`: each part alone."""

import click

from gateway import log, settings
from gateway.settings import Settings
from gateway.store import session
from gateway.store.outbox import Topic


@click.command()
@click.option(
    "--queue",
    type=click.Choice([topic.value for topic in Topic]),
    required=True,
    multiple=True,
    help="What to work on: file accepted mail, deliver outgoing mail, scan files that the virus scanner has"
    " yet to see, make previews of pictures. Given again, the first has precedence.",
)
def worker(queue: tuple[str, ...]) -> None:
    """Work through queues until stopped."""
    from workers.worker import run

    loaded = _start()
    if loaded.effective_erasure_journal.exists():
        _erase_again(loaded)
    run(loaded, [Topic(name) for name in queue])


@click.command()
def scheduler() -> None:
    """Find work that no worker was told of, and what falls due; until stopped."""
    from workers.scheduler import run

    run(_start())


@click.command(name="queue-server", hidden=True)
def queue_server() -> None:
    """Become the embedded queue server of the data directory."""
    from workers.embedded import run_server

    loaded = settings.load()
    log.configure(level=loaded.log_level)
    run_server(loaded)


def _erase_again(loaded: Settings) -> None:
    """What a restored backup has brought back goes before anything else is done."""
    from gateway.clock import SystemClock
    from gateway.outbound.erasing import Means, erase_again

    erase_again(means=Means.of(loaded, SystemClock()))


def _start() -> Settings:
    from workers.wake import make_wake

    loaded = settings.load()
    log.configure(level=loaded.log_level)
    bell = make_wake(loaded)
    session.configure(loaded.effective_database_url, wake=bell, announce=bell.announce)
    return loaded
