"""Mails that could not be fetched: put behind the others, tried again later, given up at last."""

from dataclasses import dataclass, field

GIVE_UP_AFTER = 5
"""Refusals by a server that is otherwise well, after which a mail counts as unreadable there."""

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30.0, 3600.0


@dataclass(slots=True)
class _Setback:
    drops: int = 0
    refusals: int = 0
    due_at: float = 0.0


@dataclass(slots=True)
class Setbacks:
    """Of one folder, by UID; times are those of `clock.monotonic`. Forgotten with the process: no harm.

    A mail on which the connection ends is fetched alone from then on; one on which it ends again, or which
    the server refuses, rests, so that it holds up no other.
    """

    _of: dict[int, _Setback] = field(default_factory=dict)
    _uidvalidity: int = 0

    def begin(self, uidvalidity: int) -> None:
        """Under another UIDVALIDITY the numbers mean other mails."""
        if uidvalidity != self._uidvalidity:
            self._of.clear()
            self._uidvalidity = uidvalidity

    def dropped(self, uid: int, *, now: float) -> None:
        """The connection ended while it was fetched."""
        setback = self._of.setdefault(uid, _Setback())
        setback.drops += 1
        if setback.drops > 1:
            setback.due_at = now + self._pause(setback.drops)

    def refused(self, uid: int, *, now: float) -> bool:
        """The server did not give it; whether it is to be given up."""
        setback = self._of.setdefault(uid, _Setback())
        setback.refusals += 1
        setback.due_at = now + self._pause(setback.refusals)
        return setback.refusals >= GIVE_UP_AFTER

    def settled(self, uid: int) -> None:
        """It has its fate."""
        self._of.pop(uid, None)

    def keep_only(self, uids: set[int]) -> None:
        """The others are not there any more."""
        for uid in self._of.keys() - uids:
            del self._of[uid]

    def is_resting(self, uid: int, *, now: float) -> bool:
        """Whether it is not its turn yet."""
        return uid in self._of and self._of[uid].due_at > now

    def wake(self) -> None:
        """Whatever rests may be tried again now."""
        for setback in self._of.values():
            setback.due_at = 0.0

    def is_suspect(self, uid: int) -> bool:
        """Whether it is to be fetched alone."""
        return uid in self._of

    def _pause(self, times: int) -> float:
        return min(_FIRST_PAUSE_SECONDS * 2.0 ** min(times, 20), _LONGEST_PAUSE_SECONDS)
