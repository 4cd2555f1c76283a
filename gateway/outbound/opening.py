"""Opening an SMTP session as a client: connect, greeting, EHLO, TLS, sign-in.

A refusal here is about us or the server, never about a mail, so nothing of it is final.
"""

import base64
import smtplib
import socket
import ssl
from dataclasses import dataclass

from gateway.outbound.answers import Conversation, EncryptedConversation, Reply, one_line
from gateway.outbound.relayurl import Relay, Tls

_SIGNED_IN = 235


class Refused(Exception):
    """The session cannot be used; its text says why."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for connecting, for each command, for the whole content, for the answer to it."""

    connect: float = 20
    command: float = 30
    content: float = 240
    answer: float = 240


def open_session(relay: Relay, *, ehlo_name: str, timeouts: Timeouts) -> Conversation:
    """A session ready for MAIL FROM. Raises Refused, OSError or smtplib.SMTPException."""
    smtp = _connect(relay, ehlo_name, timeouts.connect)
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(timeouts.command)
            # A mail's last three bytes go alone and must not wait for the acknowledgement of the others.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if relay.tls is not Tls.IMPLICIT:
            _start_tls(smtp, relay)
        if relay.user:
            _sign_in(smtp, relay)
    except BaseException:
        smtp.close()
        raise
    return smtp


def text_of(reply: Reply) -> str:
    """A server's answer as one line, at most 500 characters."""
    code, text = reply
    return one_line(b"%d %s" % (code, text))


def describe(error: Exception) -> str:
    """A fault of a connection in words for the ticket."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return text_of((error.smtp_code, text if isinstance(text, bytes) else text.encode()))
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "The server did not answer in time."
    return one_line(str(error).encode("utf-8", "replace")) or type(error).__name__


def _connect(relay: Relay, ehlo_name: str, timeout: float) -> Conversation:
    if relay.tls is Tls.IMPLICIT:
        return EncryptedConversation(
            relay.host, relay.port, local_hostname=ehlo_name, timeout=timeout, context=_context(relay)
        )
    return Conversation(relay.host, relay.port, local_hostname=ehlo_name, timeout=timeout)


def _start_tls(smtp: smtplib.SMTP, relay: Relay) -> None:
    if smtp.has_extn("starttls"):
        smtp.starttls(context=_context(relay))
        smtp.ehlo_or_helo_if_needed()
    elif relay.tls is Tls.REQUIRED:
        raise Refused("The server does not offer STARTTLS, which the settings demand.")


def _context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.is_verified:  # better than plain text, as RFC 3207, 4 leaves it to us
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _sign_in(smtp: smtplib.SMTP, relay: Relay) -> None:
    if not isinstance(smtp.sock, ssl.SSLSocket) and not relay.is_loopback:
        raise Refused("The connection is not encrypted, so the password was not sent.")
    if "PLAIN" not in smtp.esmtp_features.get("auth", "").upper().split():
        smtp.login(relay.user, relay.password)
        return
    # By hand, because smtplib takes ASCII only; RFC 4616 says UTF-8.
    secret = base64.b64encode(f"\0{relay.user}\0{relay.password}".encode()).decode("ascii")
    reply = smtp.docmd("AUTH", f"PLAIN {secret}")
    if reply[0] != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(*reply)
