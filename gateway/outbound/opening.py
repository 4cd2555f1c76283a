"""Opening an SMTP session as a client: connect, greeting, EHLO, TLS, sign-in.

A refusal here is about us or the server, never about a mail, so nothing of it is final.
"""

import base64
import smtplib
import socket
import ssl
from dataclasses import dataclass, replace

from gateway.desk.servers import reach as reaching
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.outbound.answers import Conversation, EncryptedConversation, Reply, one_line
from gateway.outbound.relayurl import Relay, Tls
from gateway.store.servers import Auth, Trouble

_READY, _SIGNED_IN, _GO_ON = 220, 235, 334


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
    """A session ready for MAIL FROM. Raises Refused, OSError or smtplib.SMTPException.

    Whatever is wrong with the server of a mailbox's account is a ServerFault instead.
    """
    if relay.reach is None:
        return _ready(_connect(relay, ehlo_name, timeouts.connect), relay, timeouts)
    bounds = replace(relay.reach, connect_seconds=timeouts.connect, read_seconds=timeouts.command)
    try:
        return _ready(_connect_within(relay, bounds, ehlo_name), replace(relay, reach=bounds), timeouts)
    except (Refused, OSError, smtplib.SMTPException) as error:
        raise _fault_of(error) from error


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


def _ready(smtp: Conversation, relay: Relay, timeouts: Timeouts) -> Conversation:
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(timeouts.command)
            # A mail's last three bytes go alone and must not wait for the acknowledgement of the others.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if relay.tls in (Tls.REQUIRED, Tls.IF_OFFERED):
            _start_tls(smtp, relay)
        if relay.user:
            _sign_in(smtp, relay)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _connect(relay: Relay, ehlo_name: str, timeout: float) -> Conversation:
    if relay.tls is Tls.IMPLICIT:
        return EncryptedConversation(
            relay.host, relay.port, local_hostname=ehlo_name, timeout=timeout, context=_context(relay)
        )
    return Conversation(relay.host, relay.port, local_hostname=ehlo_name, timeout=timeout)


def _connect_within(relay: Relay, reach: Reach, ehlo_name: str) -> Conversation:
    """To an address that was judged, as smtplib's own connecting cannot."""
    connected = reaching.connect(
        relay.host, relay.port, reach, needs_loopback=relay.tls is Tls.NEVER, needs_private=not relay.user
    )
    if relay.tls is Tls.IMPLICIT:
        connected = reaching.protect(connected, relay.host, reach)
    connected.settimeout(reach.connect_seconds)
    smtp = Conversation(local_hostname=ehlo_name)
    smtp.adopt(connected)
    greeting = smtp.getreply()
    if greeting[0] != _READY:
        smtp.close()
        raise smtplib.SMTPConnectError(*greeting)
    return smtp


def _start_tls(smtp: Conversation, relay: Relay) -> None:
    if not smtp.has_extn("starttls"):
        if relay.tls is Tls.REQUIRED:
            raise Refused("The server does not offer STARTTLS, which the settings demand.")
        return
    reply = smtp.docmd("STARTTLS")
    if reply[0] != _READY or smtp.sock is None:
        raise smtplib.SMTPResponseException(*reply)
    if relay.reach is None:
        smtp.adopt(_context(relay).wrap_socket(smtp.sock, server_hostname=relay.host))
    else:
        smtp.adopt(reaching.protect(smtp.sock, relay.host, relay.reach))
    smtp.ehlo_or_helo_if_needed()


def _context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.is_verified:  # better than plain text, as RFC 3207, 4 leaves it to us
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _sign_in(smtp: Conversation, relay: Relay) -> None:
    if not isinstance(smtp.sock, ssl.SSLSocket) and not relay.is_loopback:
        raise Refused("The connection is not encrypted, so the password was not sent.")
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if relay.auth is Auth.XOAUTH2:
        reply = _by_token(smtp, relay)
    elif "PLAIN" in offered:  # by hand, because smtplib takes ASCII only; RFC 4616 says UTF-8
        words = f"\0{relay.user}\0{relay.password}"
        reply = smtp.docmd("AUTH", f"PLAIN {_base64(words)}")
    elif "LOGIN" in offered:
        reply = _by_login(smtp, relay)
    else:
        smtp.login(relay.user, relay.password)
        return
    if reply[0] != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(*reply)


def _by_login(smtp: Conversation, relay: Relay) -> Reply:
    reply = smtp.docmd("AUTH", "LOGIN")
    for word in (relay.user, relay.password):
        if reply[0] == _GO_ON:
            reply = smtp.docmd(_base64(word))
    return reply


def _by_token(smtp: Conversation, relay: Relay) -> Reply:
    words = f"user={relay.user}\1auth=Bearer {relay.password}\1\1"
    reply = smtp.docmd("AUTH", f"XOAUTH2 {_base64(words)}")
    if reply[0] == _GO_ON:  # it says what is wrong, and refuses once it has an empty line for that
        reply = smtp.docmd("")
    return reply


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _fault_of(error: Exception) -> ServerFault:
    """What is wrong with the server of an account."""
    detail = describe(error)
    match error:
        case Refused():
            return ServerFault(Trouble.NO_TLS)
        case smtplib.SMTPResponseException() if 400 <= error.smtp_code < 500:
            return ServerFault(Trouble.BUSY, detail)
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
            return ServerFault(Trouble.LOGIN, detail)
        case smtplib.SMTPServerDisconnected():
            is_late = isinstance(error.__context__, TimeoutError)
            return ServerFault(Trouble.TIMEOUT if is_late else Trouble.DROPPED)
        case TimeoutError():
            return ServerFault(Trouble.TIMEOUT)
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return ServerFault(Trouble.DROPPED, detail)
        case _:
            return ServerFault(Trouble.PROTOCOL, detail)
