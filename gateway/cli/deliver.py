"""`manage4all deliver`: one message on standard input, for a pipe transport (sysexits.h)."""

import sys

import click

from gateway import clock, log
from gateway.cli.opening import open_acceptor, open_process
from gateway.errors import DeskError
from gateway.inbound.paths import NULL_PATH, read_path
from gateway.inbound.pipe import accept_from_pipe
from gateway.mail.envelope import Envelope

_TRY_LATER = 75


@click.command()
@click.option("--rcpt", "rcpt_tos", multiple=True, required=True, metavar="ADDR", help="A recipient.")
@click.option("--mail-from", default="", metavar="ADDR", help="The sender; empty for the null sender.")
def deliver(rcpt_tos: tuple[str, ...], mail_from: str) -> int:
    """Take one message from standard input.

    Exit status 0: kept. 67: a recipient is unknown. 65: too large. 75: try again later. With several
    recipients it is all or nothing: for a status of its own, call once for each.
    """
    try:
        return _deliver(Envelope(_address(mail_from), tuple(_address(rcpt) for rcpt in rcpt_tos)))
    except DeskError as error:
        click.echo(f"manage4all: {type(error).words}", err=True)
        return error.sysexit
    except Exception:  # noqa: BLE001 - the edge: unknown means temporary
        log.get("inbound").exception("pipe.unforeseen")
        return _TRY_LATER


def _deliver(envelope: Envelope) -> int:
    settings = open_process()
    accept_from_pipe(
        open_acceptor(settings),
        envelope,
        sys.stdin.buffer,
        max_bytes=settings.max_message_bytes,
        now=clock.now(),
    )
    return 0


def _address(text: str) -> str:
    """As the SMTP door would read it; what cannot be read is looked up as it is, and not found."""
    address, rest = read_path(text)
    if address is None or rest.strip():
        return text
    return "" if address == NULL_PATH else address
