"""Views of the list that people keep for themselves or share: a search under a name, in an order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.ids import new_public_id
from gateway.rules.access import Actor, Permission, may, require
from gateway.store import mentions, notifications
from gateway.store.models import SavedView, Staff, table
from gateway.store.queries.counting import Counts, count_views
from gateway.store.queries.tickets import Order

MAX_VIEWS = 40
"""Of one person."""

MAX_NAME_CHARS = 60
MAX_QUERY_CHARS = 1000


@dataclass(frozen=True, slots=True)
class NewView:
    """What a view is made of."""

    name: str
    query: str
    order: Order = Order.NEWEST
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A view as it is kept; `may_change` says whether whoever looks may change it."""

    public_id: str
    name: str
    query: str
    order: Order
    is_shared: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands beside every page: the standing views' numbers, the saved views, what is news to one."""

    counts: Counts
    saved: tuple[View, ...] = ()
    mentions: int = 0
    unread: int = 0


def overview(db: Session, by: Actor) -> Overview:
    """For whoever looks."""
    counts, saved = count_views(db, by.sight, by.staff_id), list_views(db, by)
    called = mentions.count_unseen(db, by.sight, by.staff_id)
    return Overview(counts, saved, called, notifications.count_unread(db, by.sight, by.staff_id))


def list_views(db: Session, by: Actor) -> tuple[View, ...]:
    """Their own views and those that colleagues share, by name."""
    values = {"account": by.account_id, "staff": -1 if by.staff_id is None else by.staff_id}
    rows = db.connection().execute(_VIEWS, values)
    found = [
        View(public_id, name, query, Order(order), bool(is_shared), _may_change(by, staff_id))
        for public_id, name, query, order, is_shared, staff_id in rows
    ]
    return tuple(sorted(found, key=lambda view: view.name.casefold()))


def get_view(db: Session, by: Actor, public_id: str) -> View:
    """One of those that they see; NotFound for any other."""
    found = next((view for view in list_views(db, by) if view.public_id == public_id), None)
    if found is None:
        raise NotFound("There is no such view.")
    return found


def create(db: Session, by: Actor, new: NewView, *, now: datetime) -> str:
    """Keep a view; its public id. Invalid names the field at fault, Conflict beyond `MAX_VIEWS`."""
    require(by, Permission.WORK_TICKETS)
    if by.staff_id is None:
        raise Denied("Only people keep views.")
    mine = SavedView.account_id == by.account_id, SavedView.staff_id == by.staff_id
    if db.execute(select(func.count()).where(*mine)).scalar_one() >= MAX_VIEWS:
        raise Conflict("You have 40 views already.")
    row = SavedView(public_id=new_public_id(), account_id=by.account_id, staff_id=by.staff_id, created_at=now)
    _write(row, new)
    db.add(row)
    db.flush()
    return row.public_id


def change(db: Session, by: Actor, public_id: str, new: NewView) -> None:
    """Write a view anew. NotFound for one that they do not see, Denied for a colleague’s."""
    _write(_own(db, by, public_id), new)
    db.flush()


def remove(db: Session, by: Actor, public_id: str) -> None:
    """Forget a view. Errors as for `change`."""
    db.delete(_own(db, by, public_id))
    db.flush()


def _own(db: Session, by: Actor, public_id: str) -> SavedView:
    require(by, Permission.WORK_TICKETS)
    if not get_view(db, by, public_id).may_change:
        raise Denied("This view is a colleague’s.")
    mine = SavedView.account_id == by.account_id, SavedView.public_id == public_id
    return db.execute(select(SavedView).where(*mine)).scalar_one()


def _may_change(by: Actor, staff_id: int) -> bool:
    """Their own, and what is shared also by who manages the account."""
    return staff_id == by.staff_id or may(by, Permission.MANAGE_ACCOUNT)


def _write(row: SavedView, new: NewView) -> None:
    name = " ".join(new.name.replace("\0", "").split())
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        raise Invalid("A view’s name has 1 to 60 characters.", field="name")
    query = " ".join(new.query.replace("\0", "").split())
    if len(query) > MAX_QUERY_CHARS:
        raise Invalid("A search has at most 1,000 characters.", field="query")
    row.name, row.query, row.order, row.is_shared = name, query, new.order.value, new.is_shared


_V, _S = table(SavedView).c, table(Staff).c
_VIEWS = (
    select(_V.public_id, _V.name, _V.query, _V.order, _V.is_shared, _V.staff_id)
    .join(Staff, _S.id == _V.staff_id)
    .where(
        _V.account_id == bindparam("account"),
        or_(_V.staff_id == bindparam("staff"), _V.is_shared & _S.deactivated_at.is_(None)),
    )
)
