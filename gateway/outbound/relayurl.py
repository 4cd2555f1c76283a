"""An outgoing server; its address is `smtp[s]://[user:password@]host[:port][?starttls=require]`."""

import ipaddress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qs, unquote, urlsplit

from gateway.desk.servers.reach import Reach
from gateway.errors import Invalid
from gateway.settings import check_relay_url
from gateway.store.servers import Auth

_PORTS = {"smtp": 25, "smtps": 465}


class Tls(Enum):
    """How a connection is encrypted."""

    IMPLICIT = auto()
    REQUIRED = auto()
    IF_OFFERED = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Relay:
    """An outgoing server. `user` "" means no sign-in; with `auth` XOAUTH2, `password` is an access token.

    With `reach` it is one that an account's admin named: it is connected to within these bounds, always
    verified, never unencrypted but on this machine, and without sign-in only in a private network.
    """

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)
    auth: Auth = Auth.PASSWORD
    reach: Reach | None = field(default=None, compare=False)

    @property
    def is_loopback(self) -> bool:
        """Whether nobody can listen on the way."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_verified(self) -> bool:
        """Whether the certificate must be good: always where TLS is a must or a password is sent."""
        return self.tls is not Tls.IF_OFFERED or (bool(self.user) and not self.is_loopback)

    @property
    def name(self) -> str:
        """Host and port: by what it is known where no secret belongs."""
        return f"{self.host}:{self.port}"


def parse_relay_url(url: str) -> Relay:
    """The relay behind an address; Invalid if it is none."""
    try:
        parts = urlsplit(check_relay_url(url))
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Invalid("The address of the outgoing mail server is not valid.", field="relay_url") from None
    starttls = parse_qs(parts.query).get("starttls", [""])[-1]
    tls = Tls.REQUIRED if starttls == "require" else Tls.IF_OFFERED
    return Relay(
        host=parts.hostname or "",
        port=port,
        tls=Tls.IMPLICIT if parts.scheme == "smtps" else tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def server_name(url: str) -> str:
    """Host and port of the server behind an address, "" where there is none."""
    return parse_relay_url(url).name if url else ""
