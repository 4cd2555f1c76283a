"""Mails over one open SMTP session (RFC 5321, 3.3)."""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from gateway.outbound.opening import Reply, Timeouts, describe, open_session, text_of
from gateway.outbound.relayurl import Relay
from gateway.rules.retry import Deferred, Failed, Outcome, Sent

_GO_AHEAD, _CLOSING = 354, 421
_ABOUT_US = {530, 534, 535, 538}  # sign in first, or better (RFC 4954, 6): no fault of the mail
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
    def peer_address(self) -> str:
        """The address of the server that answers."""
        return str(self._smtp.sock.getpeername()[0]) if self._smtp.sock is not None else ""

    def send(
        self, message: Message, *, may_begin: Callable[[], bool], on_accepted: Callable[[str], None]
    ) -> Outcome:
        """Hand one mail over.

        `may_begin` is asked last before DATA; `on_accepted` runs right after the 250, before any other
        command. Raises Lost if the connection ends before the content began; after that a fault is Deferred.
        """
        refusal = self._lacking(message) or self._envelope(message)
        if refusal is not None:
            return refusal
        if not may_begin():
            self._reset()
            return Deferred("The time for this try ran out before the mail was handed over.")
        reply = self._command("DATA")
        if reply[0] != _GO_AHEAD:
            self._reset()
            return _refusal(reply)
        return self._content(message.raw, on_accepted)

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
        size, limit = len(message.raw), self._smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
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

    def _content(self, raw: bytes, on_accepted: Callable[[str], None]) -> Outcome:
        try:
            reply = self._transfer(raw)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Deferred(f"The connection broke while the mail was handed over. {describe(error)}")
        answer = text_of(reply)
        if not _is_positive(reply):
            return _refusal(reply)
        on_accepted(answer)
        return Sent(answer)

    def _transfer(self, raw: bytes) -> Reply:
        connected = self._smtp.sock
        if connected is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        ending = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
        connected.settimeout(self._timeouts.content)  # for all of it: sendall counts from its start
        connected.sendall(_LEADING_DOT.sub(b"..", raw) + ending)
        connected.settimeout(self._timeouts.answer)
        reply = self._smtp.getreply()
        connected.settimeout(self._timeouts.command)
        return reply

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


def _refusal(reply: Reply) -> Outcome:
    final = 500 <= reply[0] < 600 and reply[0] not in _ABOUT_US
    return Failed(text_of(reply)) if final else Deferred(text_of(reply))
