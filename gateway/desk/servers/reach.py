"""Connections to hosts that an account's admin named: in bounded time, and not into our own network.

Where anybody may sign up, the host they name must not be the operator's database. So the address that was
looked at is the address that is connected to; a name that resolves to another one a moment later is no way
around it.
"""

import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.clock import monotonic
from gateway.desk.servers.faults import ServerFault
from gateway.settings import Settings, SignUp
from gateway.store.servers import Trouble

_LOOPBACK_NAMES = {"localhost"}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far connections may go and how long they may take; times in seconds.

    `tls` is for tests, which have a certificate authority of their own.
    """

    allows_private: bool
    connect_seconds: float = 15.0
    read_seconds: float = 60.0
    tls: ssl.SSLContext | None = field(default=None, compare=False)

    def context(self) -> ssl.SSLContext:
        """Verifies chain, name and dates; TLS 1.2 at least."""
        return self.tls or ssl.create_default_context()


def reach_of(settings: Settings) -> Reach:
    """Into private networks only where no stranger has an account: nobody signs up, or all is here.

    Who was invited is still no part of the operator's network.
    """
    host = urlsplit(settings.effective_base_url).hostname or ""
    return Reach(allows_private=settings.public_sign_up is SignUp.CLOSED or is_loopback_name(host))


def is_loopback_name(host: str) -> bool:
    """Whether the host is this machine, by what it is called."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES


def connect(
    host: str, port: int, reach: Reach, *, needs_loopback: bool = False, needs_private: bool = False
) -> socket.socket:
    """A connected socket.

    Raises ServerFault: unresolved, forbidden-host, no-tls, no-login, unreachable or timeout.
    `needs_loopback` is for what goes unprotected: then only this machine will do. `needs_private` is for mail
    without a sign-in: else anybody's server could be made to get it from us.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ServerFault(Trouble.UNRESOLVED) from None
    addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    for _, address in addresses:
        judged = ipaddress.ip_address(str(address[0]).partition("%")[0])
        judged = getattr(judged, "ipv4_mapped", None) or judged
        if needs_loopback and not judged.is_loopback:
            raise ServerFault(Trouble.NO_TLS)
        if needs_private and judged.is_global:
            raise ServerFault(Trouble.NO_LOGIN)
        _check(judged, reach)
    deadline = monotonic() + reach.connect_seconds
    fault: OSError | None = None
    for family, address in addresses:
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.settimeout(max(0.05, deadline - monotonic()))
            made.connect(address)
        except OSError as error:
            made.close()
            fault = error
        else:
            # imaplib sends a line and its end one by one: the second would wait for the first's receipt.
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    trouble = Trouble.TIMEOUT if isinstance(fault, TimeoutError) else Trouble.UNREACHABLE
    raise ServerFault(trouble, (fault.strerror or "") if fault else "")


def protect(made: socket.socket, host: str, reach: Reach) -> ssl.SSLSocket:
    """TLS on a connected socket; raises ServerFault that says what is wrong with the certificate."""
    try:
        made.settimeout(reach.read_seconds)
        return reach.context().wrap_socket(made, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        made.close()
        raise ServerFault(_certificate_trouble(error), error.verify_message) from None
    except TimeoutError:
        made.close()
        raise ServerFault(Trouble.TIMEOUT) from None
    except (ssl.SSLError, OSError, ValueError) as error:
        made.close()
        raise ServerFault(Trouble.TLS, getattr(error, "reason", None) or "") from None


def _check(address: ipaddress.IPv4Address | ipaddress.IPv6Address, reach: Reach) -> None:
    is_odd = address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved
    if (is_odd and not address.is_loopback) or (not address.is_global and not reach.allows_private):
        raise ServerFault(Trouble.FORBIDDEN_HOST)


def _certificate_trouble(error: ssl.SSLCertVerificationError) -> Trouble:
    if "expired" in error.verify_message:
        return Trouble.CERTIFICATE_EXPIRED
    if "match" in error.verify_message:  # host name or IP address mismatch
        return Trouble.CERTIFICATE_NAME
    return Trouble.CERTIFICATE_UNTRUSTED
