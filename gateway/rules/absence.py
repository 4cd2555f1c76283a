"""Who works on what belongs to somebody who is away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

MOST_STAND_INS = 3
"""How far it is followed that a stand-in is away, too."""


@dataclass(frozen=True, slots=True)
class Absence:
    """From when on up to which moment somebody is away; nothing has to be done when it ends."""

    begins: datetime
    ends: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it is now."""
        return self.begins <= now < self.ends


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could hold a ticket; not if they no longer work here, or do not see it."""

    id: int
    login: str
    can_hold: bool
    absence: Absence | None = None
    stand_in_id: int | None = None

    def is_there(self, now: datetime) -> bool:
        """Whether the ticket is in good hands with them."""
        return self.can_hold and not (self.absence and self.absence.holds(now))


def decide_holder(
    holder: Colleague, find: Callable[[int], Colleague | None], *, now: datetime
) -> Colleague | None:
    """Who works on what is `holder`'s: they or, while they are away, whoever stands in; None is nobody.

    Stand-ins of stand-ins are followed for a few steps, which also ends a circle.
    """
    for _ in range(MOST_STAND_INS + 1):
        if holder.is_there(now):
            return holder
        stand_in = find(holder.stand_in_id) if holder.can_hold and holder.stand_in_id is not None else None
        if stand_in is None:
            return None
        holder = stand_in
    return None
