"""Groups of customers, written so that two who do the same at once leave one group and one membership."""

import unicodedata
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.store.models import CustomerGroup, CustomerGroupMember, table
from gateway.store.upsert import insert_into

_GROUP, _MEMBER = table(CustomerGroup), table(CustomerGroupMember)
_MAX_KEY_CHARS = 300


def name_key(name: str) -> str:
    """A name as it is compared: whatever its case, and however its accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())[:_MAX_KEY_CHARS]


def count(db: Session, account_id: int) -> int:
    """How many groups the account has."""
    return db.execute(select(func.count()).where(_GROUP.c.account_id == account_id)).scalar_one()


def add(db: Session, account_id: int, name: str, *, now: datetime) -> str | None:
    """A new group's public id; None if there is one with this name."""
    values = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "name": name,
        "name_key": name_key(name),
        "created_at": now,
    }
    statement = _insert_group(db.get_bind().dialect.name)
    return db.connection().execute(statement, values).scalar()


def rename(db: Session, group_id: int, name: str) -> bool:
    """Whether the group has the name now; not if another one has it."""
    wanted = update(_GROUP).where(_GROUP.c.id == group_id).values(name=name, name_key=name_key(name))
    try:
        with db.begin_nested():
            db.execute(wanted)
    except IntegrityError:
        return False
    return True


def remove(db: Session, group_id: int) -> None:
    """Forget a group; who was in it stays."""
    db.execute(delete(_GROUP).where(_GROUP.c.id == group_id))


def put_in(db: Session, account_id: int, group_id: int, customer_id: int) -> None:
    """Let the customer be in the group; one who is already stays."""
    values = {"account_id": account_id, "group_id": group_id, "customer_id": customer_id}
    db.connection().execute(_insert_member(db.get_bind().dialect.name), values)


def take_out(db: Session, group_id: int, customer_id: int) -> None:
    """Let the customer not be in the group any more."""
    theirs = _MEMBER.c.group_id == group_id, _MEMBER.c.customer_id == customer_id
    db.execute(delete(_MEMBER).where(*theirs))


def take_out_of_all(db: Session, customer_id: int) -> None:
    """Let the customer be in no group."""
    db.execute(delete(_MEMBER).where(_MEMBER.c.customer_id == customer_id))


@cache
def _insert_group(dialect: str) -> Insert:
    keep = insert_into(dialect, _GROUP).on_conflict_do_nothing(index_elements=["account_id", "name_key"])
    return keep.returning(_GROUP.c.public_id)


@cache
def _insert_member(dialect: str) -> Insert:
    return insert_into(dialect, _MEMBER).on_conflict_do_nothing(index_elements=["group_id", "customer_id"])
