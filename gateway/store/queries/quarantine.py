"""Read models of the quarantine: what waits there, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.rules.doubts import Reason
from gateway.store.models import Intake, Quarantined, Ticket
from gateway.store.queries.paging import Page, Position, check_limit, cursor, position
from gateway.store.types import MOST


@dataclass(frozen=True, slots=True)
class HeldView:
    """A mail that is held back; `ticket` is the number of the ticket it names."""

    public_id: str
    reason: Reason
    from_: Address
    subject: str
    snippet: str
    arrived_at: datetime
    size_bytes: int
    ticket: int | None
    outcome: str


def list_waiting(
    db: Session, account_id: int, *, after: str | None = None, limit: int = 50
) -> Page[HeldView]:
    """A page of what waits, newest first; Invalid for a foreign cursor or a limit out of 1..200."""
    seen = position(after).id if after else MOST
    values = {"account": account_id, "seen": seen, "most": check_limit(limit) + 1}
    rows = db.connection().execute(_WAITING, values).all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    following = cursor(Position(last.arrived_at, last.id)) if last else None
    return Page(tuple(_view(row) for row in rows[:limit]), following)


def get_held(db: Session, account_id: int, public_id: str) -> HeldView:
    """One mail in quarantine, waiting or settled; NotFound also for another account's."""
    mine = Quarantined.account_id == account_id, Quarantined.public_id == public_id
    found = db.execute(_VIEW.where(*mine)).first()
    if found is None:
        raise NotFound("There is no such message.")
    return _view(found)


def get_raw(db: Session, account_id: int, public_id: str) -> tuple[str, bool]:
    """The blob of a raw mail in quarantine, and whether it may be opened: not if the scanner found something.

    NotFound also for another account's.
    """
    columns = select(Intake.raw_sha256, Quarantined.reason)
    raw = columns.join(Quarantined, Quarantined.intake_id == Intake.id)
    mine = Quarantined.account_id == account_id, Quarantined.public_id == public_id
    found = db.execute(raw.where(*mine)).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found[0], found[1] != Reason.SCANNER


_VIEW: Select[*tuple[Any, ...]] = (
    select(
        Quarantined.id,
        Quarantined.public_id,
        Quarantined.reason,
        Quarantined.from_name,
        Quarantined.from_address,
        Quarantined.subject,
        Quarantined.snippet,
        Quarantined.arrived_at,
        Quarantined.outcome,
        Intake.size_bytes,
        Ticket.number,
    )
    .join(Intake, Intake.id == Quarantined.intake_id)
    .outerjoin(Ticket, Ticket.id == Quarantined.ticket_id)
)
_WAITS = Quarantined.account_id == bindparam("account"), Quarantined.settled_at.is_(None)


_WAITING = (
    _VIEW.where(*_WAITS, Quarantined.id < bindparam("seen"))
    .order_by(Quarantined.id.desc())
    .limit(bindparam("most", type_=Integer()))
)


def _view(row: Row[*tuple[Any, ...]]) -> HeldView:
    return HeldView(
        public_id=row.public_id,
        reason=Reason(row.reason),
        from_=Address(row.from_name, row.from_address),
        subject=row.subject,
        snippet=row.snippet,
        arrived_at=row.arrived_at,
        size_bytes=row.size_bytes,
        ticket=row.number,
        outcome=row.outcome,
    )
