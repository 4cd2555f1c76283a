"""Mails over one open SMTP session (RFC 5321, 3.3)."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from gateway.outbound.answers import Reply
from gateway.outbound.opening import Timeouts, describe, open_session, text_of
from gateway.outbound.relayurl import Relay
from gateway.rules.retry import Deferred, Failed, Outcome, Sent

_GO_AHEAD, _CLOSING = 354, 421
_ABOUT_US = {530, 534, 535, 538}  # sign in first, or better (RFC 4954, 6): no fault of the mail
_SIZE = re.compile("[0-9]{1,18}")
_TOO_LATE = Deferred("The time for this try ran out before the mail was handed over.")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire: reverse-path ("" = null), recipient, bytes with CRLF."""

    mail_from: str
    rcpt_to: str
    raw: bytes

    @property
    def needs_smtputf8(self) -> bool:
        """Whether an address or the header has letters outside ASCII (RFC 6531)."""
        header = self.raw[: self.raw.find(b"\r\n\r\n")]  # no copy of the attachments
        return not (header.isascii() and self.mail_from.isascii() and self.rcpt_to.isascii())


class Lost(Exception):
    """The connection ended before the content began: nothing was handed over."""


class Connection:
    """A session with a relay, ready for MAIL FROM once made; raises what `open_session` raises."""

    def __init__(self, relay: Relay, *, ehlo_name: str, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._smtp = open_session(relay, ehlo_name=ehlo_name, timeouts=timeouts)
        self.is_open = True

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read what is sent."""
        return isinstance(self._smtp.sock, ssl.SSLSocket)

    @property
    def max_message_bytes(self) -> int:
        """The SIZE that the server offers (RFC 1870, 3), 0 where it names no limit."""
        limit = self._smtp.esmtp_features.get("size", "")
        return int(limit) if _SIZE.fullmatch(limit) else 0

    @property
    def peer_address(self) -> str:
        """The address of the server that answers."""
        return str(self._smtp.sock.getpeername()[0]) if self._smtp.sock is not None else ""

    def send(
        self,
        message: Message,
        *,
        has_time_for: Callable[[float], bool],
        on_accepted: Callable[[str], None],
    ) -> Outcome:
        """Hand one mail over.

        `has_time_for(seconds)` is asked last before DATA, and again before the dot that makes the mail the
        server's; `on_accepted` runs right after the 250, before any other command. Raises Lost if the
        connection ends before the content began; after that a fault is Deferred.
        """
        refusal = self._lacking(message) or self._envelope(message)
        if refusal is not None:
            return refusal
        if not has_time_for(self._timeouts.content + self._timeouts.answer):
            self._reset()
            return _TOO_LATE
        reply = self._command("DATA")
        if reply[0] != _GO_AHEAD:
            if _is_positive(reply) or _is_out_of_step(reply):
                self.drop()  # the answer to another command: the server may be waiting for content by now
            else:
                self._reset()
            return _refusal(reply)
        outcome = self._content(message.raw, has_time_for)
        if isinstance(outcome, Sent):
            on_accepted(outcome.answer)
        return outcome

    def quit(self) -> None:
        """Say goodbye if the server still listens."""
        if self.is_open:
            self.is_open = False
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()

    def drop(self) -> None:
        """Close without a word."""
        self.is_open = False
        self._smtp.close()

    def _lacking(self, message: Message) -> Outcome | None:
        size, limit = len(message.raw), self.max_message_bytes
        if 0 < limit < size:
            return Failed(f"The mail has {size} bytes, and the server takes no more than {limit}.")
        if message.needs_smtputf8 and not self._smtp.has_extn("smtputf8"):
            return Failed("An address has letters outside ASCII, and the server does not offer SMTPUTF8.")
        return None

    def _envelope(self, message: Message) -> Outcome | None:
        self._smtp.command_encoding = "utf-8" if message.needs_smtputf8 else "ascii"
        mail = f"MAIL FROM:<{message.mail_from}>{self._options(message)}"
        for command in (mail, f"RCPT TO:<{message.rcpt_to}>"):
            reply = self._command(command)
            if not _is_positive(reply):
                self._reset()
                return _refusal(reply)
        return None

    def _options(self, message: Message) -> str:
        options = f" SIZE={len(message.raw)}" if self._smtp.has_extn("size") else ""
        if self._smtp.has_extn("8bitmime") and not message.raw.isascii():
            options += " BODY=8BITMIME"
        return options + (" SMTPUTF8" if message.needs_smtputf8 else "")

    def _content(self, raw: bytes, has_time_for: Callable[[float], bool]) -> Outcome:
        try:
            early = self._transfer(raw)
            if early is not None:
                self.drop()
                return _early(early)
            if not has_time_for(self._timeouts.answer):
                self.drop()
                return _TOO_LATE
            reply = self._end()
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Deferred(f"The connection broke while the mail was handed over. {describe(error)}")
        if reply[0] == _CLOSING or _is_out_of_step(reply):
            self.drop()
        return Sent(text_of(reply)) if _is_positive(reply) else _refusal(reply)

    def _transfer(self, raw: bytes) -> Reply | None:
        """Send all but the final dot, without which the server must forget the mail (RFC 5321, 4.1.1.4).

        What it has answered by then, None if nothing.
        """
        connected = self._connected()
        connected.settimeout(self._timeouts.content)  # for all of it: sendall counts from its start
        ending = b"" if raw.endswith(b"\r\n") else b"\r\n"
        try:
            connected.sendall(_LEADING_DOT.sub(b"..", raw) + ending)
        except ConnectionError:  # it hung up; perhaps it said why
            has_answered = True
        else:
            has_answered = self._smtp.has_unread()
        connected.settimeout(self._timeouts.command)
        return self._smtp.getreply() if has_answered else None

    def _end(self) -> Reply:
        connected = self._connected()
        connected.settimeout(self._timeouts.answer)
        connected.sendall(b".\r\n")
        reply = self._smtp.getreply()
        connected.settimeout(self._timeouts.command)
        return reply

    def _connected(self) -> socket.socket:
        if self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        return self._smtp.sock

    def _command(self, command: str) -> Reply:
        try:
            reply = self._smtp.docmd(command)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise Lost(describe(error)) from error
        if reply[0] == _CLOSING:
            self.drop()
            raise Lost(text_of(reply))
        return reply

    def _reset(self) -> None:
        """Leave a transaction that goes nowhere, so that the next mail finds a clean session."""
        try:
            self._command("RSET")
        except Lost:
            self.drop()


def _is_positive(reply: Reply) -> bool:
    return 200 <= reply[0] < 300


def _is_out_of_step(reply: Reply) -> bool:
    """Whether it ends no command: then nobody knows what the server will answer next."""
    return reply[0] < 200 or 300 <= reply[0] < 400


def _early(reply: Reply) -> Outcome:
    """The server answered before the mail's end, so it has not taken it, whatever it says."""
    if _is_positive(reply) or _is_out_of_step(reply):
        return Deferred(f"The server answered before the mail had ended. {text_of(reply)}")
    return _refusal(reply)


def _refusal(reply: Reply) -> Outcome:
    final = 500 <= reply[0] < 600 and reply[0] not in _ABOUT_US
    return Failed(text_of(reply)) if final else Deferred(text_of(reply))
