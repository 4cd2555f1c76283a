"""Who has which ticket open, as all web processes tell each other; nothing of it is kept anywhere.

A tab says so every `BEAT_SECONDS` and when it changes; whoever has said nothing for `STAYS_SECONDS` is gone.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway import clock
from gateway.rules.news import News

BEAT_SECONDS = 20
STAYS_SECONDS = 45.0
MOST_TABS = 5000
"""Of all accounts together; what comes beyond is not noted."""


class State(StrEnum):
    """What somebody does in a tab; `GONE` leaves it."""

    VIEWING = "viewing"
    IDLE = "idle"
    WRITING = "writing"
    GONE = "gone"


_RANK = (State.IDLE, State.VIEWING, State.WRITING)


@dataclass(frozen=True, slots=True)
class _Tab:
    account_id: int
    number: int
    staff_id: int
    state: State
    until: float


class Presences:
    """Everybody's open tabs; to be used from any thread."""

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._tabs: dict[tuple[int, str], _Tab] = {}

    def note(self, news: News) -> bool:
        """Somebody says what they do; whether that is new."""
        try:
            state = State(news.state)
        except ValueError:  # of a later release
            return False
        now, key = self._monotonic(), (news.staff_id, news.tab)
        with self._lock:
            before = self._tabs.pop(key, None)
            if state is not State.GONE and (before or len(self._tabs) < MOST_TABS):
                until = now + STAYS_SECONDS
                self._tabs[key] = _Tab(news.account_id, news.number, news.staff_id, state, until)
            left = state is State.GONE and before is not None
        is_as_before = before is not None and (before.number, before.state) == (news.number, state)
        return left or (state is not State.GONE and not is_as_before)

    def sweep(self) -> tuple[tuple[int, int], ...]:
        """Forget whoever has said nothing for too long; accounts and numbers of what they had open."""
        now = self._monotonic()
        with self._lock:
            over = [key for key, tab in self._tabs.items() if tab.until <= now]
            return tuple((tab.account_id, tab.number) for tab in map(self._tabs.pop, over))

    def of_ticket(self, account_id: int, number: int) -> Mapping[int, State]:
        """Who has the ticket open and does what, by key; in several tabs, what they do most."""
        return self.of_account(account_id).get(number, {})

    def of_account(self, account_id: int) -> Mapping[int, Mapping[int, State]]:
        """The same of each ticket, by its number."""
        now = self._monotonic()
        with self._lock:
            tabs = [tab for tab in self._tabs.values() if tab.account_id == account_id and tab.until > now]
        found: dict[int, dict[int, State]] = {}
        for tab in tabs:
            here = found.setdefault(tab.number, {})
            here[tab.staff_id] = max(here.get(tab.staff_id, State.IDLE), tab.state, key=_RANK.index)
        return found
