"""Mail that is held back: put aside, settled, and known again when the same mail is offered anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.ids import new_public_id
from gateway.rules.doubts import Outcome, Reason
from gateway.store.models import Quarantined, table
from gateway.store.session import inserted_id

MOST_COUNTED = 999
"""Beyond this the rail says `more than`: a storm must not make every page count it."""


@dataclass(frozen=True, slots=True)
class NewHeld:
    """A mail to hold back; `ticket_id` is the ticket that it names."""

    intake_id: int
    reason: Reason
    content_hash: str
    from_name: str
    from_address: str
    subject: str
    snippet: str
    arrived_at: datetime
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A mail in quarantine as a verb needs to know it; `outcome` is None while it waits."""

    id: int
    public_id: str
    intake_id: int
    reason: Reason
    from_address: str
    outcome: Outcome | None


def put(db: Session, account_id: int, new: NewHeld) -> str:
    """Hold a mail back; its public id. Raises IntegrityError when intake or content are held already."""
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "account_id": account_id,
        "intake_id": new.intake_id,
        "ticket_id": new.ticket_id,
        "reason": new.reason.value,
        "content_hash": new.content_hash,
        "from_name": new.from_name,
        "from_address": new.from_address,
        "subject": new.subject,
        "snippet": new.snippet[:200],
        "outcome": "",
        "arrived_at": new.arrived_at,
    }
    inserted_id(db, _INSERT, values)
    return public_id


def is_held(db: Session, intake_id: int) -> bool:
    """Whether the mail has been in quarantine: if somebody files it all the same, it was released."""
    return db.connection().execute(_BY_INTAKE, {"intake": intake_id}).first() is not None


def get(db: Session, account_id: int, public_id: str) -> Held:
    """A mail in quarantine; NotFound also for another account's."""
    found = db.connection().execute(_BY_ID, {"account": account_id, "public_id": public_id}).first()
    if found is None:
        raise NotFound("There is no such message.")
    return _held(found)


def waiting_like(db: Session, account_id: int, held: Held, *, limit: int) -> Sequence[Held]:
    """The mails that wait for the same reason and came from the same address, oldest first."""
    values = {"account": account_id, "reason": held.reason.value, "who": held.from_address, "most": limit}
    return [_held(row) for row in db.connection().execute(_ALIKE, values)]


def settle(db: Session, held: Held, outcome: Outcome, *, staff_id: int | None, now: datetime) -> bool:
    """Note what was decided; False if somebody was quicker."""
    values = {"row": held.id, "decided": outcome.value, "staff": staff_id, "now": now}
    return db.connection().execute(_SETTLE, values).rowcount == 1


def waiting_count() -> ScalarSelect[int]:
    """How many wait in the account `:account`, counted up to `MOST_COUNTED` + 1, for a larger statement."""
    waiting = select(_HELD.c.id).where(
        _HELD.c.account_id == bindparam("account"), _HELD.c.settled_at.is_(None)
    )
    counted = waiting.limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _held(row: Row[*tuple[Any, ...]]) -> Held:
    row_id, public_id, intake_id, reason, address, outcome = row
    decided = Outcome(outcome) if outcome else None
    return Held(row_id, public_id, intake_id, Reason(reason), address, decided)


_HELD = table(Quarantined)
_COLUMNS = (
    _HELD.c.id,
    _HELD.c.public_id,
    _HELD.c.intake_id,
    _HELD.c.reason,
    _HELD.c.from_address,
    _HELD.c.outcome,
)
_INSERT = insert(_HELD)
_BY_INTAKE = select(_HELD.c.id).where(_HELD.c.intake_id == bindparam("intake"))
_BY_ID = select(*_COLUMNS).where(
    _HELD.c.account_id == bindparam("account"), _HELD.c.public_id == bindparam("public_id")
)
_ALIKE = (
    select(*_COLUMNS)
    .where(
        _HELD.c.account_id == bindparam("account"),
        _HELD.c.settled_at.is_(None),
        _HELD.c.reason == bindparam("reason"),
        _HELD.c.from_address == bindparam("who"),
    )
    .order_by(_HELD.c.id)
    .limit(bindparam("most"))
)
_SETTLE = (
    update(_HELD)
    .where(_HELD.c.id == bindparam("row"), _HELD.c.settled_at.is_(None))
    .values(outcome=bindparam("decided"), settled_by_id=bindparam("staff"), settled_at=bindparam("now"))
)
