"""One message from another mail server's pipe transport."""

from datetime import datetime
from typing import BinaryIO

from gateway.errors import NotFound, TooLarge
from gateway.inbound.accept import Acceptor
from gateway.inbound.limits import BLOCK_BYTES
from gateway.mail.envelope import Envelope
from gateway.store.blobs import Spool
from gateway.store.intake import IntakeRef, Source

_SEPARATOR = b"From "
_SEPARATOR_BYTES = 1000


def accept_from_pipe(
    acceptor: Acceptor, envelope: Envelope, stream: BinaryIO, *, max_bytes: int, now: datetime
) -> tuple[IntakeRef, ...]:
    """Accept what the stream holds, byte for byte, without the `From ` line that some put first.

    All or nothing: NotFound when a recipient is not ours, TooLarge beyond `max_bytes`; other
    DeskErrors are temporary.
    """
    if any(acceptor.find_recipient(address) is None for address in envelope.rcpt_tos):
        raise NotFound("No such mailbox here.")
    with acceptor.spool() as spool:
        first = stream.readline(_SEPARATOR_BYTES)
        if not (first.startswith(_SEPARATOR) and first.endswith(b"\n")):
            spool.write(first)
        copy(stream, spool, max_bytes=max_bytes)
        return acceptor.accept(envelope, spool, source=Source.PIPE, now=now)


def copy(stream: BinaryIO, spool: Spool, *, max_bytes: int) -> None:
    """Everything that is left in the stream; TooLarge when the spool would hold more than `max_bytes`."""
    while block := stream.read(BLOCK_BYTES):
        if spool.size_bytes + len(block) > max_bytes:
            raise TooLarge
        spool.write(block)
