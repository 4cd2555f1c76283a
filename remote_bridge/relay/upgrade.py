"""The HTTP request before a WebSocket: what is asked for, by whose page, from where; no I/O."""

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from multidict import CIMultiDict

from gateway.errors import Invalid
from gateway.inbound.networks import Network, contain, plain
from remote_bridge.protocol.hello import PATH, SUBPROTOCOL

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Wish(Enum):
    """What a request is for."""

    SOCKET = "socket"
    HEALTH = "health"
    NUMBERS = "numbers"
    NOTHING = "nothing"


_WISHES = {PATH.encode(): Wish.SOCKET, b"/healthz": Wish.HEALTH, b"/metrics": Wish.NUMBERS}


def wish_of(path: bytes) -> Wish:
    """By the path alone; no query belongs there."""
    return _WISHES.get(path, Wish.NOTHING)


@dataclass(frozen=True, slots=True)
class Origins:
    """Whose pages may come, compared as browsers spell them (RFC 6454 section 6.2)."""

    allowed: frozenset[str]

    @classmethod
    def of(cls, base_url: str, more: str = "") -> "Origins":
        """The desk's own, and a comma-separated list; Invalid names one that is none.

        A desk that is reached on its own machine only, has three names there.
        """
        listed = filter(None, (piece.strip() for piece in more.split(",")))
        own = _origin(base_url)
        here = next((name for name in _LOOPBACK if own.partition("://")[2].startswith(name)), None)
        ours = {own.replace(here, name, 1) for name in _LOOPBACK} if here else {own}
        return cls(frozenset(ours | {_origin(url) for url in listed}))

    def allow(self, headers: CIMultiDict[str], *, is_viewer: bool) -> bool:
        """Whether a viewer, or a host, may come like this. A program has no origin; viewers are browsers."""
        given = headers.getall("Origin", [])
        if not given:
            return not is_viewer
        return len(given) == 1 and given[0] in self.allowed


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(f"M4A_RELAY_ORIGINS: {url} is no address of pages.") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise Invalid(f"M4A_RELAY_ORIGINS: {url} is no address of pages.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def speaks_ours(headers: CIMultiDict[str]) -> bool:
    """Whether our subprotocol is among those offered."""
    offered = (
        word.strip() for value in headers.getall("Sec-WebSocket-Protocol", []) for word in value.split(",")
    )
    return SUBPROTOCOL in offered


def mend_connection(headers: CIMultiDict[str]) -> None:
    """Firefox says `keep-alive, Upgrade` (RFC 9110 section 7.8 allows a list), and picows wants one word."""
    words = [word.strip().lower() for value in headers.getall("Connection", []) for word in value.split(",")]
    if "upgrade" in words:
        headers["Connection"] = "upgrade"


def address_of(headers: CIMultiDict[str], peer: str, proxies: Sequence[Network]) -> str:
    """Who asks: the peer, or behind a proxy of one's own the last address that this has added."""
    address = plain(peer)
    if not contain(proxies, address):
        return address
    return plain(",".join(headers.getall("X-Forwarded-For", [])).rpartition(",")[2].strip()) or address


def may_see_numbers(headers: CIMultiDict[str], *, token: str, bound_to: str) -> bool:
    """By the operator's token; without one, where only this machine comes, and not on behalf of another."""
    if token:
        given = headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return _is_loopback(bound_to) and not any(name in headers for name in _FORWARDED)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
