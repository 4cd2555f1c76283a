"""How much one client address may ask of a door: connections at once, mails in a minute (SPEC 4.3).

Each process counts for itself, so with several of them the whole door allows as many times more; what counts
is that nobody can fill it. Networks of one's own (`M4A_TRUSTED_RELAYS`) have no limits.
"""

import ipaddress
from collections import Counter
from functools import lru_cache

from gateway.clock import monotonic
from gateway.errors import Invalid
from gateway.settings import Settings

_MINUTE_SECONDS = 60.0
_MOST_REMEMBERED = 10_000
_SITE_BITS = 64
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Sources:
    """What the clients of one process have asked for. Not for several threads; Invalid for a bad setting."""

    def __init__(self, settings: Settings) -> None:
        self._trusted = trusted_networks(settings.trusted_relays)
        self._most_connections = settings.smtp_max_per_source
        self._most_mails = settings.smtp_mails_per_minute
        self._connections: Counter[str] = Counter()
        self._mails: dict[str, tuple[float, int]] = {}
        self.of = lru_cache(maxsize=1024)(self._of)

    def admit(self, source: str) -> bool:
        """Count a connection; False, and nothing is counted, if there are enough from there."""
        if source and self._connections[source] >= self._most_connections:
            return False
        self._connections[source] += 1
        return True

    def leave(self, source: str) -> None:
        """A connection that was admitted has ended."""
        self._connections[source] -= 1
        if self._connections[source] <= 0:
            del self._connections[source]

    def may_begin(self, source: str) -> bool:
        """Count a mail that is begun; False if the minute's mails from there are used up."""
        if not source:
            return True
        now = monotonic()
        began_at, mails = self._mails.get(source, (now, 0))
        if now - began_at >= _MINUTE_SECONDS:
            began_at, mails = now, 0
        if mails >= self._most_mails:
            return False
        if len(self._mails) >= _MOST_REMEMBERED:
            self._forget(now)
        self._mails[source] = began_at, mails + 1
        return True

    def _of(self, host: str) -> str:
        """Whose mails a client's count among: its address, its network of 64 bits, "" without limits."""
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return ""  # a socket without address is on this machine
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self._trusted):
            return ""
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((address, _SITE_BITS), strict=False))

    def _forget(self, now: float) -> None:
        """Drop minutes that are over, and all of them where that is not enough."""
        fresh = {who: begun for who, begun in self._mails.items() if now - begun[0] < _MINUTE_SECONDS}
        self._mails = fresh if len(fresh) < _MOST_REMEMBERED else {}


def trusted_networks(text: str) -> tuple[_Network, ...]:
    """The networks in a list with commas or blanks; Invalid names the one that is none."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise Invalid(f"M4A_TRUSTED_RELAYS: {word} is not a network.") from None
    return tuple(found)
