"""The budget of outgoing mail (SPEC 5.5): no desk spends it in honest work, but a script that runs wild does.

Windows are the hours of the clock and the days of UTC. A bound holds exactly in each of them; any sixty
minutes, which touch two of them, see twice as many mails at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self


class Bound(StrEnum):
    """What is counted."""

    ACCOUNT_DAY = "account_day"
    ACCOUNT_HOUR = "account_hour"
    RECIPIENT_HOUR = "recipient_hour"


LONGEST = timedelta(days=1)
"""No window lasts longer."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many mails an account sends, together and to one recipient; 0 is no bound."""

    account_day: int = 0
    account_hour: int = 0
    recipient_hour: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """One count that a mail needs a place in: of at most `most`, since `at`; `recipient` "" counts all."""

    bound: Bound
    recipient: str
    at: datetime
    most: int


@dataclass(frozen=True, slots=True)
class Over:
    """Why a mail is held: the bound, and how many mails it allows."""

    bound: Bound
    most: int

    def as_stored(self) -> str:
        """As it stands in the delivery's row."""
        return f"{self.bound.value}:{self.most}"

    @classmethod
    def from_stored(cls, text: str) -> Self:
        """The reason out of a row; ValueError for any other text."""
        bound, _, most = text.partition(":")
        return cls(Bound(bound), int(most))


def windows(budget: Budget, recipient: str, *, now: datetime) -> Iterator[Window]:
    """The counts that a mail to this recipient needs a place in, always in the same order.

    That order keeps two transactions from waiting for each other.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    if budget.account_day:
        yield Window(Bound.ACCOUNT_DAY, "", hour.replace(hour=0), budget.account_day)
    if budget.account_hour:
        yield Window(Bound.ACCOUNT_HOUR, "", hour, budget.account_hour)
    if budget.recipient_hour:
        yield Window(Bound.RECIPIENT_HOUR, recipient.lower(), hour, budget.recipient_hour)
