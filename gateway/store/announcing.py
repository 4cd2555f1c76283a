"""Telling whoever looks on, after the commit, that a ticket has changed: one place for all changes.

The row is what the store's functions know, the number is what people and pages see: it is looked up once,
at the end of the transaction.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.rules.news import Kind, News
from gateway.store.models import Ticket, table
from gateway.store.session import announce_after_commit, at_the_end, is_announcing

MOST_BY_NUMBER = 50
"""Who changes more tickets at once is heard as "many have changed"."""


def tell(db: Session, account_id: int, ticket_id: int, kind: Kind = Kind.TICKET) -> None:
    """This ticket has changed, as far as this transaction is kept."""
    if not is_announcing():
        return
    changed: set[tuple[int, int, Kind]] | None = db.info.get("changed")
    if changed is None:
        changed = db.info["changed"] = set()
        at_the_end(db, _announce)
    changed.add((account_id, ticket_id, kind))


def tell_of_sessions(db: Session, staff_id: int) -> None:
    """Somebody's sign-ins or rights have changed: whatever they have open is looked at again."""
    announce_after_commit(db, News(0, Kind.SESSIONS, staff_id=staff_id))


def tell_of_systems(db: Session, account_id: int) -> None:
    """An installed system has come, gone or changed: pages that show some look again."""
    announce_after_commit(db, News(account_id, Kind.SYSTEM))


def _announce(db: Session) -> None:
    changed: set[tuple[int, int, Kind]] = db.info.pop("changed")
    if len(changed) > MOST_BY_NUMBER:
        for account_id, kind in {(account_id, kind) for account_id, _, kind in changed}:
            announce_after_commit(db, News(account_id, kind))
        return
    ids = sorted({ticket_id for _, ticket_id, _ in changed})
    rows = db.connection().execute(_NUMBERS, {"tickets": ids})
    numbers = {row.id: row.number for row in rows}
    for account_id, ticket_id, kind in sorted(changed):
        if ticket_id in numbers:
            announce_after_commit(db, News(account_id, kind, numbers[ticket_id]))


_TICKET = table(Ticket).c
_NUMBERS = select(_TICKET.id, _TICKET.number).where(_TICKET.id.in_(bindparam("tickets", expanding=True)))
