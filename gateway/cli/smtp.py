"""`manage4all smtp`: one process of the doors for mail."""

import socket

import click

from gateway import log
from gateway import settings as all_settings
from gateway.cli.opening import configure_database, open_acceptor
from gateway.errors import Unavailable
from gateway.inbound import listeners
from gateway.inbound.listeners import Listening
from gateway.settings import Settings


@click.command()
@click.option("--smtp-fd", type=int, help="A listening socket, already open, to take SMTP from.")
@click.option("--lmtp-fd", type=int, help="A listening socket, already open, to take LMTP from.")
def smtp(smtp_fd: int | None, lmtp_fd: int | None) -> None:
    """Take mail by SMTP and LMTP until stopped.

    Without an open socket it listens where the settings say. Several processes may share a socket.
    """
    settings = all_settings.load()
    log.configure(level=settings.log_level)
    if smtp_fd is None and lmtp_fd is None:
        listening = _listen(settings)
    else:
        listening = Listening(_inherited(smtp_fd), _inherited(lmtp_fd))
    receive(settings, listening)


def receive(settings: Settings, listening: Listening) -> None:
    """Take mail from these sockets until stopped. The log must be configured."""
    configure_database(settings)
    log.get("inbound").info("inbound.listening", smtp=_name(listening.smtp), lmtp=_name(listening.lmtp))
    listeners.run(settings, open_acceptor(settings), listening)


def _listen(settings: Settings) -> Listening:
    try:
        return listeners.open_from(settings)
    except OSError as error:
        raise Unavailable(f"Cannot listen for mail: {error.strerror}.") from error


def _inherited(fd: int | None) -> socket.socket | None:
    if fd is None:
        return None
    try:
        return socket.socket(fileno=fd)
    except OSError as error:
        raise Unavailable(f"File descriptor {fd} is no socket.") from error


def _name(listener: socket.socket | None) -> str | None:
    if listener is None:
        return None
    host, port = listener.getsockname()[:2]
    return f"{host}:{port}"
