"""One connection's talk: commands in, answers out, and its end, whoever brings it about.

This is aiosmtpd's protocol with another loop. Its own limits command lines by the buffer's size, sends
each answer of a pipelined group by itself, drops what a client sent before it closed its side, and
answers 5xx with the text of our exceptions.
"""

import asyncio
import logging

from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway import log
from gateway.inbound import replies
from gateway.inbound.door import Door
from gateway.inbound.limits import BAD_COMMANDS, BUFFER_BYTES, COMMAND_BYTES

_MOST_UNSENT_BYTES = 16 * 1024
_AWAITED = ("220", "354")  # the client sends nothing more before it has seen these
_GONE = (ConnectionError, asyncio.IncompleteReadError, TLSSetupException)
_log = log.get("inbound")

logging.getLogger("mail.log").disabled = True  # aiosmtpd's own log is full of addresses


class Conversation(SMTP):
    """Reads commands and calls the `smtp_*` method of each; a fault of ours is answered with 4xx."""

    line_length_limit = BUFFER_BYTES  # what aiosmtpd gives its stream reader as limit

    def __init__(self, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        self._active_at = 0.0
        super().__init__(
            door,
            data_size_limit=door.settings.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=door.settings.greeting,
            tls_context=door.tls,
            timeout=door.idle_seconds,
            loop=loop,
        )
        self._door = door
        self._unsent = bytearray()
        self._bad_commands = 0
        self._is_over = False
        self._is_receiving = False
        self._is_keeping = False

    @property
    def _unread(self) -> bytearray:
        """What was received and not read yet; a stream reader shows it to nobody, nor takes it back."""
        unread: bytearray = self._reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001
        return unread

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be lost if the connection ended now."""
        in_mail = self.envelope is not None and self.envelope.mail_from
        return not (in_mail or self._is_receiving or self._is_keeping)

    def dismiss(self, answer: str) -> None:
        """Say good-bye and close, unless a mail is being made durable: its sender is told first."""
        if self.transport is not None and not self._is_keeping:
            self._writer.write(bytes(self._unsent) + answer.encode() + b"\r\n")
            self._unsent.clear()
            self.transport.close()

    async def _handle_client(self) -> None:
        source = self._door.source_of(self.session) if self.session else ""
        is_admitted = self._door.sources.admit(source)
        self._door.sessions.add(self)
        try:
            await self._converse(is_admitted=is_admitted)
        except _GONE:
            pass  # nobody is there to be told
        finally:
            self._door.sessions.discard(self)
            if is_admitted:
                self._door.sources.leave(source)
            self._writer.close()

    async def _converse(self, *, is_admitted: bool) -> None:
        if not is_admitted:
            await self.push(replies.TOO_MANY_FROM_YOU)
            self._is_over = True
        elif len(self._door.sessions) > self._door.settings.smtp_max_connections:
            await self.push(replies.TOO_MANY_CONNECTIONS)
            self._is_over = True
        else:
            self._say(f"220 {self.hostname} ESMTP")
        while not self._is_over:
            line = await self._next_line()
            try:
                await self._obey(line)
            except _GONE:
                raise
            except Exception:  # noqa: BLE001 - the edge; it is logged
                await self._admit_fault()
            if self._door.is_closing and self.is_idle and not self._is_over:
                await self._end(replies.SHUTTING_DOWN)
        await self._flush()

    async def _next_line(self) -> bytes:
        """The next command; one that is too long is swallowed and comes back as an empty one."""
        if b"\n" not in self._unread or len(self._unsent) > _MOST_UNSENT_BYTES:
            await self._flush()
        is_long = False
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as overrun:
                is_long = True
                await self._reader.read(overrun.consumed)
            else:
                return b"" if is_long or len(line) > COMMAND_BYTES else line

    async def _obey(self, line: bytes) -> None:
        name, _, argument = line.rstrip(b"\r\n").partition(b" ")
        method = self._smtp_methods.get(name.decode("ascii", "replace").upper())
        if not line:
            await self._complain(replies.LINE_TOO_LONG)
        elif method is None:
            await self._complain(replies.UNKNOWN_COMMAND if name else replies.BAD_SYNTAX)
        else:
            self._reset_timeout()
            await method(argument.strip().decode("utf-8", "surrogateescape") or None)

    async def _complain(self, answer: str) -> None:
        self._bad_commands += 1
        if self._bad_commands > BAD_COMMANDS:
            await self._end(replies.TOO_MANY_ERRORS)
        else:
            await self.push(answer)

    async def _admit_fault(self) -> None:
        """Our own fault is temporary; in the middle of data only hanging up keeps it from being obeyed."""
        _log.exception("smtp.unforeseen", source=self._door.source.value)
        if self._is_receiving:
            await self._end(replies.OUR_FAULT_BYE)
        else:
            await self.push(replies.OUR_FAULT)

    async def _end(self, answer: str) -> None:
        await self.push(answer)
        self._is_over = True

    async def push(self, status: str | bytes) -> None:
        """Answer; a pipelined group is answered in one go."""
        line = status.decode() if isinstance(status, bytes) else status
        self._say(replies.with_status(line))
        if line.startswith(_AWAITED):
            await self._flush()

    def _say(self, line: str) -> None:
        self._unsent += line.encode() + b"\r\n"

    async def _flush(self) -> None:
        if self._unsent:
            self._writer.write(bytes(self._unsent))
            self._unsent.clear()
            await self._writer.drain()

    def eof_received(self) -> bool | None:
        """A client that has sent all it has may still wait for the answer: obey what is there first."""
        return asyncio.StreamReaderProtocol.eof_received(self)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Note that something happened; one timer looks at it now and then."""
        self._active_at = self.loop.time()
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(self._timeout_duration, self._timeout_cb)

    def _timeout_cb(self) -> None:
        idle_at = self._active_at + self._timeout_duration
        if self._is_keeping or idle_at > self.loop.time():
            wait = max(idle_at - self.loop.time(), 1.0)
            self._timeout_handle = self.loop.call_later(wait, self._timeout_cb)
        else:
            self.dismiss(replies.IDLE_TOO_LONG)
