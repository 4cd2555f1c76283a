"""The queue: in which order open tickets are worked on. Whoever waits longest comes first.

A ticket's place is a moment: since when somebody waits for an answer. Behind them all stand the open tickets
in which nobody waits, and behind those whatever is not open.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

from gateway.rules.status import ArticleKind, Status

ANSWERED = datetime(9998, 12, 31, tzinfo=UTC)
"""The place of open tickets in which nobody waits."""

DONE = datetime(9999, 12, 31, tzinfo=UTC)
"""The place of tickets that are not open."""

IN_QUEUE = (Status.NEW, Status.OPEN)


class Effect(Enum):
    """What an article does to the place of its ticket."""

    WAITS = "waits"
    ANSWERS = "answers"
    NONE = "none"


def effect_of(kind: ArticleKind, *, is_automatic: bool, is_forward: bool) -> Effect:
    """A customer's mail waits, an answer ends that; notes, forwards and machines change nothing."""
    if is_automatic or is_forward:
        return Effect.NONE
    return {ArticleKind.INBOUND: Effect.WAITS, ArticleKind.OUTBOUND: Effect.ANSWERS}.get(kind, Effect.NONE)


def place(articles: Iterable[tuple[datetime, Effect]]) -> datetime:
    """The place of an open ticket, by its articles from the oldest to the newest."""
    waits = ANSWERED
    for at, effect in articles:
        if effect is Effect.ANSWERS:
            waits = ANSWERED
        elif effect is Effect.WAITS:
            waits = min(waits, at)
    return waits


def waiting_since(queue_at: datetime) -> datetime | None:
    """Since when somebody waits, None where nobody does."""
    return queue_at if queue_at < ANSWERED else None
