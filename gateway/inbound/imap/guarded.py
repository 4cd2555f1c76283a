"""imapclient and imaplib on a socket of ours, with bounds: on time, on bytes, on every size a server names.

imaplib reads a literal of whatever size the server announces, keeps untagged responses for ever, and waits
anew with each byte that trickles in.
"""

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imapclient import IMAPClient

from gateway.clock import monotonic
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach, protect
from gateway.inbound.imap.stopping import Stopper
from gateway.store.servers import Trouble

_RECEIVE_BYTES = 64 * 1024
_GREETING_BYTES = 64 * 1024


class GuardedIMAP4(imaplib.IMAP4):
    """imaplib's dialogue, within the bounds of `bounded`; raises ServerFault and Stopped out of any read."""

    def __init__(self, connected: socket.socket, host: str, reach: Reach, stopper: Stopper) -> None:
        self._connected, self._reach, self._stopper = connected, reach, stopper
        self._unread = bytearray()
        self.has_news = False
        self._deadline = monotonic() + reach.read_seconds
        self._bytes_left = _GREETING_BYTES
        super().__init__(host)
        self.debug = 0

    @contextmanager
    def bounded(self, *, most_bytes: int, seconds: float) -> Iterator[None]:
        """What happens inside may read so much and take so long, all in all."""
        self._bytes_left, self._deadline = most_bytes, monotonic() + seconds
        self.untagged_responses.clear()  # what nobody asked for would pile up in a long session
        yield

    @property
    def has_unread(self) -> bool:
        """Whether something was received and not looked at yet."""
        pending = isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0
        return bool(self._unread) or pending

    def read(self, size: int) -> bytes:
        """So many bytes of a literal; TOO_MUCH before any is read if that is more than is allowed."""
        self._spend(size)
        while len(self._unread) < size:
            if not self._receive():
                break
        return self._cut(min(size, len(self._unread)))

    def readline(self) -> bytes:
        """The next line with its end; what is left of it when the server has gone."""
        searched = 0
        while (end := self._unread.find(b"\n", searched)) < 0:
            searched = len(self._unread)
            if searched > self._bytes_left:
                raise ServerFault(Trouble.TOO_MUCH)
            if not self._receive():
                end = len(self._unread) - 1
                break
        self._spend(end + 1)
        return self._cut(end + 1)

    def send(self, data: Any) -> None:
        """All of it, in what is left of the time."""
        self._stopper.check()
        self.sock.settimeout(self._seconds_left())
        self.sock.sendall(data)

    def starttls(self, ssl_context: Any = None) -> Any:
        """RFC 9051, 6.2.1. What was sent before TLS counts for nothing; more than the answer is an attack."""
        answer, data = self._simple_command("STARTTLS")
        if answer != "OK" or self._unread:
            raise ServerFault(Trouble.NO_TLS)
        self.sock = protect(self.sock, self.host, self._reach)
        self._tls_established = True
        self.untagged_responses.clear()
        self._get_capabilities()
        return answer, data

    def idle_begins(self, tag: bytes) -> None:
        """Read on to the server's go-ahead for IDLE; news may come before it."""
        while self._get_response() is not None:
            if self.tagged_commands[tag] is not None:
                raise ServerFault(Trouble.PROTOCOL)

    def _append_untagged(self, typ: str, dat: Any) -> None:
        """Whatever command it comes with, a count of mails is news that IDLE will not repeat."""
        self.has_news = self.has_news or typ == "EXISTS"
        super()._append_untagged(typ, dat)  # type: ignore[misc]  # imaplib's own, which has no types

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._connected

    def _spend(self, size: int) -> None:
        if size > self._bytes_left:
            raise ServerFault(Trouble.TOO_MUCH)
        self._bytes_left -= size

    def _cut(self, size: int) -> bytes:
        taken = bytes(memoryview(self._unread)[:size])
        del self._unread[:size]
        return taken

    def _receive(self) -> bool:
        """Wait for more; False when the server has closed."""
        if not (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            self._stopper.wait([self.sock], self._seconds_left())
        self.sock.settimeout(self._seconds_left())
        received = self.sock.recv(_RECEIVE_BYTES)
        self._unread += received
        return bool(received)

    def _seconds_left(self) -> float:
        left = self._deadline - monotonic()
        if left <= 0:
            raise ServerFault(Trouble.TIMEOUT)
        return min(left, self._reach.read_seconds)


class GuardedClient(IMAPClient):  # type: ignore[misc]  # the library has no types
    """imapclient over a guarded dialogue."""

    def __init__(self, connected: socket.socket, host: str, reach: Reach, stopper: Stopper) -> None:
        self._make: Callable[[], GuardedIMAP4] = lambda: GuardedIMAP4(connected, host, reach, stopper)
        super().__init__(host, ssl=False, timeout=reach.read_seconds)
        self._imap.debug = 0  # imapclient wants every line logged
        self.normalise_times = False

    @property
    def dialogue(self) -> GuardedIMAP4:
        """What is underneath."""
        guarded: GuardedIMAP4 = self._imap
        return guarded

    def idle(self) -> None:
        """RFC 2177; unlike the library's, news may come before the go-ahead."""
        self._idle_tag = self._imap._command("IDLE")  # noqa: SLF001 - as the library itself does
        self._imap.idle_begins(self._idle_tag)

    def _create_IMAP4(self) -> GuardedIMAP4:
        return self._make()
