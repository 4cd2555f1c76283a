"""Mail that is held back because the budget of outgoing mail was spent: what people do about it.

An API token may see it and discard it, not release it: a stolen one is what the budget is there against.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.errors import Conflict
from gateway.rules.access import Actor, Permission, require
from gateway.store import articles, holding, tickets
from gateway.store.holding import Held, Which
from gateway.store.tickets import EventKind


def release(db: Session, by: Actor, article: str | None, recipient: str | None, *, now: datetime) -> int:
    """Let it leave at once, whatever the budget says: one, all to a recipient, or all; how many were.

    `article` is a public id, None any. At most `holding.MOST_AT_ONCE`, the oldest. NotFound for a foreign
    article, Conflict where nothing of it is held.
    """
    require(by, Permission.RELEASE_HELD)
    released = _act(db, by, holding.release, EventKind.HELD_RELEASED, article, recipient, now)
    auditing.note(db, by, Kind.HELD_RELEASED, now=now, count=released)
    return released


def discard(db: Session, by: Actor, article: str | None, recipient: str | None, *, now: datetime) -> int:
    """Never send it; in its ticket it stays, as taken back. Else as `release`."""
    require(by, Permission.MANAGE_ACCOUNT)
    return _act(db, by, holding.discard, EventKind.HELD_DISCARDED, article, recipient, now)


def _act(
    db: Session,
    by: Actor,
    verb: Callable[..., Sequence[Held]],
    kind: EventKind,
    article: str | None,
    recipient: str | None,
    now: datetime,
) -> int:
    article_id = articles.locate(db, by.sight, article).id if article is not None else None
    done = verb(db, by.account_id, Which(article_id, recipient), now=now)
    if not done:
        raise Conflict("Nothing of this is held back any more.")
    for one in done:
        tickets.add_event(
            db,
            by.account_id,
            one.ticket_id,
            kind,
            {"recipient": one.recipient},
            staff_id=by.staff_id,
            article_id=one.article_id,
            now=now,
        )
    return len(done)
