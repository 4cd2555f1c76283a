"""`manage4all serve`: all parts in one supervised set of processes."""

import signal
import socket
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

from gateway import clock, log
from gateway import settings as all_settings
from gateway.cli import marks, memory
from gateway.cli.parts import Part, doors, fetchers, installed_parts
from gateway.cli.rehearsal import rehearse
from gateway.cli.spawn import run_once
from gateway.cli.supervisor import Supervisor
from gateway.errors import Unavailable
from gateway.inbound.listeners import listen
from gateway.settings import Settings
from gateway.store import imap, session

if TYPE_CHECKING:
    from gateway.cli.demo import Demo

_BUSY_PORT_SECONDS = 3.0
_BUSY_PORT_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Listening:
    """The doors' sockets, open in the supervisor so that a killed acceptor loses no caller."""

    smtp: socket.socket
    lmtp: socket.socket | None

    def close(self) -> None:
        for listener in (self.smtp, self.lmtp):
            if listener is not None:
                listener.close()


@click.command()
@click.option("--demo", is_flag=True, help="Add a sample account, and a customer's mailbox to play with.")
def serve(demo: bool) -> int:  # noqa: FBT001 - click calls it
    """Run all parts until stopped."""
    signal.signal(signal.SIGTERM, _leave)
    settings = all_settings.load(**({"demo": True} if demo else {}))
    log.configure(level=settings.log_level)
    held = marks.lock(settings)
    marks.remove_endpoints(settings)
    _open_database(settings)
    web_port = _free_port(settings.web_host, settings.web_port, "M4A_WEB_PORT")
    relay_port = _free_port(settings.relay_host, settings.relay_port, "M4A_RELAY_PORT")
    listening = _listen(settings)
    try:
        settings = _with_ports(settings, listening, web_port=web_port, relay_port=relay_port)
        return _supervise(settings, listening, held)
    finally:
        listening.close()
        marks.remove_endpoints(settings)
        marks.remove_pids(settings)


def _leave(_number: int, _frame: object) -> None:
    sys.exit(0)


def _open_database(settings: Settings) -> None:
    """Apply migrations, and erase again what a restored backup has brought back, before anybody is served.

    In processes of their own: what they load, nobody needs later.
    """
    settings.export()
    if run_once(Part("migrate", ("db", "upgrade", "--quiet"))):
        raise Unavailable("The database could not be brought to the newest schema.")
    if settings.effective_erasure_journal.exists() and run_once(
        Part("erase-again", ("erasure", "again", "--quiet"))
    ):
        raise Unavailable("What was erased before the backup was restored could not be erased again.")
    session.configure(settings.effective_database_url)


def _prepare_demo(settings: Settings) -> "Demo":
    """The sample account in place, and what the demo runs beside the rest."""
    demo = import_module("gateway.cli.demo")
    log.configure(level="WARNING")  # the sample mails are no news
    try:
        prepared: Demo = demo.prepare(settings)
    finally:
        log.configure(level=settings.log_level)
        session.dispose()
    return prepared


def _free_port(host: str, port: int, setting: str) -> int:
    """The port of a part that opens it itself, seen to be free."""
    with _bound(host, port, setting) as probe:
        free: int = probe.getsockname()[1]
        return free


def _listen(settings: Settings) -> _Listening:
    smtp = _bound(settings.smtp_host, settings.smtp_port, "M4A_SMTP_PORT")
    if settings.lmtp_port is None:
        return _Listening(smtp, None)
    return _Listening(smtp, _bound(settings.smtp_host, settings.lmtp_port, "M4A_LMTP_PORT"))


def _bound(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket. Children of a `serve` that was killed may need a moment to let go of the port."""
    deadline = clock.monotonic() + _BUSY_PORT_SECONDS
    while True:
        try:
            return listen(host, port)
        except OSError as error:
            if clock.monotonic() >= deadline:
                reason = error.strerror or error
                raise Unavailable(f"Cannot listen on {host}:{port} ({setting}): {reason}.") from None
        time.sleep(_BUSY_PORT_LOOK_SECONDS)


def _with_ports(settings: Settings, listening: _Listening, *, web_port: int, relay_port: int) -> Settings:
    lmtp = listening.lmtp.getsockname()[1] if listening.lmtp else "off"
    return settings.with_values(
        web_port=web_port,
        relay_port=relay_port,
        smtp_port=listening.smtp.getsockname()[1],
        lmtp_port=lmtp,
    )


def _supervise(settings: Settings, listening: _Listening, held: int) -> int:
    demo = _prepare_demo(settings) if settings.demo else None
    settings = demo.settings if demo else settings
    settings.export()
    own = [doors(settings, smtp=listening.smtp, lmtp=listening.lmtp), fetchers(settings)]
    parts = [*own, *([demo.part] if demo else []), *installed_parts(settings)]
    _preload(settings, parts)

    def announce() -> None:
        marks.write_endpoints(settings, _endpoints(settings))
        click.echo(f"\n  manage4all is ready: open {settings.effective_base_url}/")
        click.echo(f"{demo.welcome if demo else ''}  Ctrl-C stops it.\n")

    supervisor = Supervisor(
        parts,
        own_fds=[held],
        on_ready=announce,
        on_change=lambda pids: marks.write_pids(settings, pids),
    )
    return supervisor.run()


def _preload(settings: Settings, parts: list[Part]) -> None:
    """Import and do once what the children need and do first: they share the memory of it."""
    memory.return_large_blocks()
    for name in sorted({name for part in parts for name in part.preload}):
        import_module(name)
    rehearse(settings, parts)
    with session.reading() as db:
        marks.want_fetching(settings, wanted=imap.has_sources(db))
    session.dispose()
    memory.settle_before_fork()


def _endpoints(settings: Settings) -> dict[str, str | None]:
    host = f"[{settings.smtp_host}]" if ":" in settings.smtp_host else settings.smtp_host
    return {
        "web": f"http://{settings.web_host}:{settings.web_port}",
        "smtp": f"{host}:{settings.smtp_port}",
        "lmtp": None if settings.lmtp_port is None else f"{host}:{settings.lmtp_port}",
        "relay": f"ws://{settings.relay_host}:{settings.relay_port}",
    }
