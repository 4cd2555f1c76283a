"""What one source may do: connections at a time, wrong secrets, texts a second. Nothing here has a clock."""

import ipaddress
from collections import Counter, OrderedDict
from dataclasses import dataclass

FREE_TRIES = 10
"""Wrong tokens or passes of one source before it is locked out."""

FORGET_SECONDS = 60.0
"""One wrong try is forgotten after so long."""

FIRST_LOCK_SECONDS = 30.0
LONGEST_LOCK_SECONDS = 3600.0
MOST_SOURCES = 100_000
TEXTS_AT_ONCE = 60
TEXTS_PER_SECOND = 10.0

_IPV6_PREFIX = 64


def source_of(address: str) -> str:
    """Who counts as one: an IPv4 address, a /64 of IPv6; "" for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_PREFIX), strict=False).network_address)


@dataclass(slots=True)
class _Slips:
    count: int
    at: float
    locks: int = 0
    locked_until: float = 0.0


class Tries:
    """Wrong secrets by source. Locks grow: each slip while the count is full doubles the next one."""

    def __init__(self, *, free: int = FREE_TRIES, most_sources: int = MOST_SOURCES) -> None:
        self._free = free
        self._most = most_sources
        self._slips: OrderedDict[str, _Slips] = OrderedDict()

    def is_locked(self, source: str, now: float) -> bool:
        """Whether this source is not even listened to."""
        slips = self._slips.get(source)
        return slips is not None and now < slips.locked_until

    def note_bad(self, source: str, now: float) -> None:
        """A secret that nobody knows."""
        slips = self._slips.get(source)
        if slips is None:
            slips = self._slips[source] = _Slips(0, now)
            if len(self._slips) > self._most:
                self._slips.popitem(last=False)
        self._slips.move_to_end(source)
        forgotten = max(0, int((now - slips.at) // FORGET_SECONDS))
        slips.count = min(max(0, slips.count - forgotten) + 1, self._free)
        slips.at = now if slips.count == 1 else slips.at + forgotten * FORGET_SECONDS
        if slips.count == 1:
            slips.locks = 0
        if slips.count >= self._free:
            slips.locked_until = now + min(FIRST_LOCK_SECONDS * 2.0**slips.locks, LONGEST_LOCK_SECONDS)
            slips.locks = min(slips.locks + 1, 16)
            slips.at = slips.locked_until  # a lock forgets nothing

    def count_locked(self, now: float) -> int:
        """How many are locked out."""
        return sum(now < slips.locked_until for slips in self._slips.values())


class Crowd:
    """How many connections there are, in all and by source."""

    def __init__(self, *, most: int, most_per_source: int) -> None:
        self._most, self._most_per_source = most, most_per_source
        self._by_source: Counter[str] = Counter()
        self.total = 0

    def has_room(self) -> bool:
        """Whether one more may come, whoever it is."""
        return self.total < self._most

    def come(self, source: str) -> bool:
        """Count one more of this source, if it may have one more."""
        if self._by_source[source] >= self._most_per_source:
            return False
        self._by_source[source] += 1
        return True

    def go(self, source: str) -> None:
        """One of them is gone, or counted for this source no more."""
        self._by_source[source] -= 1
        if self._by_source[source] <= 0:
            del self._by_source[source]


class Bucket:
    """Texts of one connection: some at once, few a second for long."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._left, self._at = float(TEXTS_AT_ONCE), now

    def take(self, now: float) -> bool:
        """Whether one more is within bounds."""
        self._left = min(TEXTS_AT_ONCE, self._left + (now - self._at) * TEXTS_PER_SECOND)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
