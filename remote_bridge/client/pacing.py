"""How much may be under way to a viewer: enough to fill the line, never so much that frames age on it."""

from collections import deque
from typing import NamedTuple

_NEAR_SECONDS = 0.008  # within this a line is a LAN: one update at a time is the quickest
_MEMORY = 32
_SLACK = 1.25
_SMALLEST_WINDOW_BYTES = 16 * 1024
_MOST_UPDATES = 12
_MOST_LITTLE_BYTES = 16 * 1024  # of small updates, above the window
_TELLING_BYTES = 16 * 1024  # less says more of the way than of the line
_STUCK_SECONDS = 10.0
_TRIP_GOOD_SECONDS = 10.0


class Sent(NamedTuple):
    """An update under way."""

    number: int
    size: int
    at: float
    seen_before: int  # bytes that had been seen when it was sent
    seen_before_at: float
    was_alone: bool


class Pacing:
    """Learns from marks (fences) how long the way is and how much goes through.

    Times are seconds of one monotonic clock. A viewer without marks is paced by its asking.
    """

    def __init__(self) -> None:
        self._under_way: deque[Sent] = deque()
        self._trip: float | None = None
        self._trip_at = 0.0
        self._measures = False
        self._rates: deque[float] = deque(maxlen=_MEMORY)
        self._number = 0
        self._seen_bytes = 0
        self._seen_at = 0.0

    @property
    def trip_seconds(self) -> float:
        """The shortest way there and back of late, without waiting behind others."""
        return self._trip or 0.0

    @property
    def is_near(self) -> bool:
        """Whether the way is so short that nothing is gained by more than one update on it."""
        return self.trip_seconds <= _NEAR_SECONDS

    @property
    def bytes_a_second(self) -> float | None:
        """The most that went through of late; None before anything did."""
        return max(self._rates, default=None)

    @property
    def bytes_under_way(self) -> int:
        return sum(sent.size for sent in self._under_way)

    def may_send(self) -> bool:
        """Whether another update may go on its way."""
        if not self._under_way:
            return True
        return not self.is_near and not self._measures and self._has_room(0)

    def may_send_little(self) -> bool:
        """Whether a small update may go before the line has room for a large one: on a long line only.

        Not while the way is to be measured: for that the line has to become empty.
        """
        return not self.is_near and not self._measures and self._has_room(_MOST_LITTLE_BYTES)

    def _has_room(self, more: int) -> bool:
        line = _SLACK * (self.bytes_a_second or 0.0) * self.trip_seconds
        window = max(line, _SMALLEST_WINDOW_BYTES) + more
        return len(self._under_way) < _MOST_UPDATES and self.bytes_under_way < window

    def sent(self, size: int, now: float) -> int:
        """An update of so many bytes goes out; the number by which it is to be marked."""
        self._number = (self._number + 1) % (1 << 32)
        alone = not self._under_way
        before = now if alone else self._seen_at
        self._under_way.append(Sent(self._number, size, now, self._seen_bytes, before, alone))
        return self._number

    def seen(self, number: int, now: float) -> None:
        """The viewer has read this update and all before it. A number that is not under way says nothing."""
        if all(sent.number != number for sent in self._under_way):
            return
        while True:
            sent = self._under_way.popleft()
            self._seen_bytes += sent.size
            if sent.number == number:
                break
        self._seen_at = now
        self._note_trip(now - sent.at, now, was_alone=sent.was_alone)
        passed = self._seen_bytes - sent.seen_before
        # Not since it was sent: what a lost packet holds up arrives at once, and would look like a fast line.
        waited = now - sent.seen_before_at
        if waited > 0 and passed >= _TELLING_BYTES:
            self._rates.append(passed / waited)

    def _note_trip(self, trip: float, now: float, *, was_alone: bool) -> None:
        """Under load every trip also waits; so now and then one update goes alone to measure the way anew."""
        if self._trip is None or trip <= self._trip or (self._measures and was_alone):
            self._trip, self._trip_at, self._measures = trip, now, False
        elif now - self._trip_at > _TRIP_GOOD_SECONDS:
            self._measures = True

    def is_stuck(self, now: float) -> bool:
        """Whether a viewer that marks has not for so long that it must be thought lost."""
        return bool(self._under_way) and now - self._under_way[0].at > _STUCK_SECONDS
