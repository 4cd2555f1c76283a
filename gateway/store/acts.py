"""Acts: what somebody did to tickets, with what undoing it needs, and what of it is still to be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.store.models import Act, ActItem, Ticket, table
from gateway.store.session import inserted_id

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act as it stands; `left` is how many of its tickets are still to be done, or to be undone."""

    id: int
    public_id: str
    account_id: int
    staff_id: int
    kind: str
    what: Values
    count: int
    at: datetime
    undone_at: datetime | None
    left: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket of an act, by its row and its number."""

    id: int
    ticket_id: int
    number: int
    before: Values | None


def put(
    db: Session,
    account_id: int,
    staff_id: int,
    kind: str,
    what: Mapping[str, Any],
    ticket_ids: Sequence[int],
    *,
    now: datetime,
) -> ActRow:
    """Write an act down whose tickets are still to be done."""
    values: Values = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "staff_id": staff_id,
        "kind": kind,
        "what": dict(what),
        "count": len(ticket_ids),
        "undone_at": None,
        "at": now,
    }
    act_id = inserted_id(db, _INSERT, values)
    rows = [{"account_id": account_id, "act_id": act_id, "ticket_id": one} for one in ticket_ids]
    if rows:
        db.connection().execute(_INSERT_ITEM, rows)
    return ActRow(act_id, **values, left=len(rows))


def find(db: Session, act_id: int) -> ActRow | None:
    """An act by its row, as a worker knows it."""
    found = db.execute(_ACT.where(_A.id == act_id)).first()
    return _row(db, *found) if found else None


def find_own(db: Session, account_id: int, staff_id: int, public_id: str) -> ActRow | None:
    """An act of a person, by its public id."""
    mine = _A.account_id == account_id, _A.staff_id == staff_id, _A.public_id == public_id
    found = db.execute(_ACT.where(*mine)).first()
    return _row(db, *found) if found else None


def to_do(db: Session, act: ActRow, limit: int) -> tuple[Item, ...]:
    """Some of its tickets that are still to be done."""
    return _items(db, act, limit, is_done=False)


def to_undo(db: Session, act: ActRow, limit: int) -> tuple[Item, ...]:
    """Some of its tickets that were done, the last one first."""
    return _items(db, act, limit, is_done=True)


def record(db: Session, item_id: int, before: Mapping[str, Any]) -> None:
    """A ticket of it is done; `before` is how it was."""
    db.execute(update(ActItem).where(ActItem.id == item_id).values(before=dict(before)))


def drop(db: Session, item_ids: Iterable[int]) -> None:
    """These tickets of it are no matter any more: undone, or gone."""
    db.execute(delete(ActItem).where(ActItem.id.in_(list(item_ids))))


def begin_undoing(db: Session, act: ActRow, *, now: datetime) -> bool:
    """From now on it is undone, and what was not done yet never is; False if somebody was faster."""
    begun = update(Act).where(Act.id == act.id, Act.undone_at.is_(None)).values(undone_at=now)
    if db.connection().execute(begun).rowcount == 0:
        return False
    db.execute(delete(ActItem).where(ActItem.act_id == act.id, ActItem.before.is_(None)))
    return True


_A, _I, _T = table(Act).c, table(ActItem).c, table(Ticket).c
_INSERT, _INSERT_ITEM = insert(table(Act)), insert(table(ActItem)).values(before=None)
_ACT = select(
    _A.id, _A.public_id, _A.account_id, _A.staff_id, _A.kind, _A.what, _A.count, _A.at, _A.undone_at
)
_LEFT = select(func.count()).where(_I.act_id == bindparam("act"))


def _row(db: Session, *values: Any) -> ActRow:
    row = ActRow(*values)
    which = _I.before.is_(None) if row.undone_at is None else _I.before.is_not(None)
    return replace(row, left=db.execute(_LEFT.where(which), {"act": row.id}).scalar_one())


def _items(db: Session, act: ActRow, limit: int, *, is_done: bool) -> tuple[Item, ...]:
    wanted = select(_I.id, _I.ticket_id, _T.number, _I.before).join(Ticket, _T.id == _I.ticket_id)
    which = _I.before.is_not(None) if is_done else _I.before.is_(None)
    order = _I.id.desc() if is_done else _I.id
    rows = db.execute(wanted.where(_I.act_id == act.id, which).order_by(order).limit(limit))
    return tuple(Item(*row) for row in rows)
