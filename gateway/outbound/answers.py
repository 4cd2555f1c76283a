"""What an SMTP server answers: each answer whole, within a time and a size, and none out of turn.

The standard library gives every line of an answer the whole timeout and takes any number of lines, so a
server that drips would keep a worker for ever; and it takes a line that nobody asked for as the answer to
the next command, so that a mail could count as sent which the server never took.
"""

import re
import smtplib
import socket
import ssl

from gateway import clock

MAX_ANSWER_BYTES = 64 * 1024
"""All lines of one answer; RFC 5321, 4.5.3.1.5 gives a line 512, and EHLO may say some hundred lines."""
MAX_TEXT = 500
_PIECE_BYTES = 4096
_LINE = re.compile(rb"([1-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

Reply = tuple[int, bytes]


class BadAnswer(smtplib.SMTPException):
    """Not SMTP, too long, or not asked for: the session cannot go on."""


class Conversation(smtplib.SMTP):
    """A client whose socket's timeout is the time for one whole answer."""

    _held = b""
    _held_of: socket.socket | None = None

    def adopt(self, connected: socket.socket) -> None:
        """Talk over this socket from now on, as if nothing had been said (RFC 3207, 4.2)."""
        self.sock = connected
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def getreply(self) -> Reply:
        """The next answer. Raises OSError, SMTPServerDisconnected or BadAnswer, and is closed then."""
        try:
            return self._answer(self._connected())
        except (OSError, smtplib.SMTPException):
            self.close()
            raise

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Say a command, unless the server has spoken out of turn or has hung up: BadAnswer, or OSError."""
        if self.has_unread():
            said = self._held.partition(b"\n")[0]
            self.close()
            raise BadAnswer(f"The server spoke out of turn or hung up. {one_line(said)}".rstrip())
        super().putcmd(cmd, args)

    def has_unread(self) -> bool:
        """Whether the server has said something that nobody has read, or has hung up."""
        connected = self._connected()
        if self._held:
            return True
        patience = connected.gettimeout()
        connected.settimeout(0)
        try:
            self._held = connected.recv(_PIECE_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connected.settimeout(patience)
        return True

    def _connected(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        if self.sock is not self._held_of:  # what came before TLS counts for nothing behind it (RFC 3207, 6)
            self._held, self._held_of = b"", self.sock
        return self.sock

    def _answer(self, connected: socket.socket) -> Reply:
        patience = connected.gettimeout()
        give_up_at = None if patience is None else clock.monotonic() + patience
        texts: list[bytes] = []
        room = MAX_ANSWER_BYTES
        try:
            while True:
                line = self._line(connected, room, give_up_at)
                room -= len(line)
                found = _LINE.fullmatch(line.rstrip(b"\r\n"))
                if found is None:
                    raise BadAnswer(f"The server's answer is not SMTP: {one_line(line)}")
                texts.append((found[3] or b"").strip())
                if found[2] != b"-":
                    return int(found[1]), b"\n".join(texts)
        finally:
            connected.settimeout(patience)

    def _line(self, connected: socket.socket, room: int, give_up_at: float | None) -> bytes:
        pieces = [self._held]
        length = len(self._held)
        while b"\n" not in pieces[-1]:
            if length > room:
                raise BadAnswer(f"The server's answer is longer than {MAX_ANSWER_BYTES} bytes.")
            pieces.append(_piece(connected, give_up_at))
            length += len(pieces[-1])
        line, end, self._held = b"".join(pieces).partition(b"\n")
        if len(line) + 1 > room:
            raise BadAnswer(f"The server's answer is longer than {MAX_ANSWER_BYTES} bytes.")
        return line + end


class EncryptedConversation(Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def one_line(text: bytes) -> str:
    """What a server said as one line of at most 500 characters, without what no database keeps."""
    return _UNPRINTABLE.sub(" ", text.decode("utf-8", "replace")).strip()[:MAX_TEXT]


def _piece(connected: socket.socket, give_up_at: float | None) -> bytes:
    if give_up_at is not None:
        left = give_up_at - clock.monotonic()
        if left <= 0:
            raise TimeoutError
        connected.settimeout(left)
    piece = connected.recv(_PIECE_BYTES)
    if not piece:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    return piece
