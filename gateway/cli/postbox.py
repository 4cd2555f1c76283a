"""`manage4all postbox`: the process in which the outgoing mail of the demo ends."""

import socket

import click

from gateway import log
from gateway import settings as all_settings
from gateway.errors import Unavailable
from gateway.inbound import postbox as door
from gateway.inbound.listeners import listen
from gateway.settings import Settings
from gateway.store.postbox import Postbox

HOST = "127.0.0.1"
"""Never anywhere else: whoever reaches this door can write into every postbox."""

_ROOM_FOR_HEADERS = 1024 * 1024


@click.command()
@click.option("--fd", type=int, help="A listening socket, already open, to take mail from.")
def postbox(fd: int | None) -> None:
    """Take the outgoing mail of the demo, and keep it for the customer's mailbox page."""
    settings = all_settings.load()
    log.configure(level=settings.log_level)
    listener = open_socket(settings) if fd is None else socket.socket(fileno=fd)
    limit = settings.max_message_bytes + _ROOM_FOR_HEADERS
    door.run(listener, Postbox(settings.postbox_dir), max_bytes=limit)


def open_socket(settings: Settings) -> socket.socket:
    """Where the postbox listens; Unavailable when the port is taken."""
    try:
        return listen(HOST, settings.postbox_port)
    except OSError as error:
        where = f"{HOST}:{settings.postbox_port} (M4A_POSTBOX_PORT)"
        raise Unavailable(f"Cannot listen on {where}: {error.strerror}.") from None
