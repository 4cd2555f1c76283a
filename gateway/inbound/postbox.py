"""The receiving side of the demo: an SMTP server that keeps each mail in its recipient's postbox."""

import asyncio
import signal
import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway import log
from gateway.store.postbox import Postbox

_log = log.get("postbox")


class Keeper:
    """Takes mail for anybody; 250 is said when it is on disk for every recipient."""

    def __init__(self, postbox: Postbox) -> None:
        self._postbox = postbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail as it came."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else b""
        try:
            for recipient in envelope.rcpt_tos:
                await asyncio.to_thread(self._postbox.keep, recipient, raw)
        except OSError as error:
            _log.warning("postbox.fault", errno=error.errno)
            return "451 4.3.0 The postbox could not be written"
        _log.info("postbox.kept", recipients=len(envelope.rcpt_tos), bytes=len(raw))
        return "250 2.0.0 kept in the postbox of the demo"


def run(listener: socket.socket, postbox: Postbox, *, max_bytes: int) -> None:
    """Take mail on an open socket until SIGTERM or SIGINT."""
    asyncio.run(_until_told(listener, postbox, max_bytes))


async def _until_told(listener: socket.socket, postbox: Postbox, max_bytes: int) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await serve(listener, postbox, max_bytes=max_bytes, until=told)


async def serve(listener: socket.socket, postbox: Postbox, *, max_bytes: int, until: asyncio.Event) -> None:
    """Take mail until told; closes the socket."""
    loop = asyncio.get_running_loop()

    def make() -> SMTP:
        return SMTP(
            Keeper(postbox),
            hostname="postbox.localhost",
            ident="manage4all postbox",
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(make, sock=listener)
    await until.wait()
    server.close()  # a sender that idles on its session is no reason to stay
