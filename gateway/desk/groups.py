"""Groups that structure the customers, named freely; a customer is in any number of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.desk import customers
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.access import Actor, Permission, Sight, require
from gateway.store import duework, groups, seeing
from gateway.store.models import CustomerGroup

MAX_GROUPS = 500
MAX_NAME_CHARS = 100


def create(db: Session, by: Actor, *, name: str, now: datetime) -> str:
    """A new group; its public id. Invalid names the field at fault, Conflict a name that is taken."""
    require(by, Permission.WORK_EVERYWHERE)
    wanted = checked_name(name)
    if groups.count(db, by.account_id) >= MAX_GROUPS:
        raise Conflict(f"An account has at most {MAX_GROUPS} groups.")
    made = groups.add(db, by.account_id, wanted, now=now)
    if made is None:
        raise _taken()
    return made


def rename(db: Session, by: Actor, public_id: str, *, name: str) -> None:
    """Call a group otherwise. Errors as for `create`; NotFound for a foreign one."""
    require(by, Permission.WORK_EVERYWHERE)
    group_id = id_of(db, by.sight, public_id)
    if not groups.rename(db, group_id, checked_name(name)):
        raise _taken()


def remove(db: Session, by: Actor, public_id: str) -> None:
    """Forget a group, its customers stay; NotFound for a foreign one."""
    require(by, Permission.WORK_EVERYWHERE)
    group_id = id_of(db, by.sight, public_id)
    duework.mark_group(db, by.account_id, group_id)
    groups.remove(db, group_id)


def put_in(db: Session, by: Actor, public_id: str, *, customer: str) -> None:
    """Let a customer be in the group, once; NotFound if either is foreign."""
    require(by, Permission.WORK_EVERYWHERE)
    group_id = id_of(db, by.sight, public_id)
    customer_id = customers.id_of(db, by.sight, customer)
    groups.put_in(db, by.account_id, group_id, customer_id)
    duework.mark_customers(db, by.account_id, customer_id)


def take_out(db: Session, by: Actor, public_id: str, *, customer: str) -> None:
    """Let a customer not be in the group; NotFound if either is foreign."""
    require(by, Permission.WORK_EVERYWHERE)
    group_id = id_of(db, by.sight, public_id)
    customer_id = customers.id_of(db, by.sight, customer)
    groups.take_out(db, group_id, customer_id)
    duework.mark_customers(db, by.account_id, customer_id)


def set_groups(db: Session, by: Actor, customer: str, wanted: Sequence[str]) -> None:
    """Let a customer be in these groups and no others; Invalid if one of them is not the account's."""
    require(by, Permission.WORK_EVERYWHERE)
    customer_id = customers.id_of(db, by.sight, customer)
    named = set(wanted)
    mine = CustomerGroup.account_id == by.account_id, CustomerGroup.public_id.in_(named)
    found = db.execute(select(CustomerGroup.id).where(*mine)).scalars().all()
    if len(found) != len(named):
        raise Invalid("There is no such group.", field="groups")
    groups.take_out_of_all(db, customer_id)
    for group_id in found:
        groups.put_in(db, by.account_id, group_id, customer_id)
    duework.mark_customers(db, by.account_id, customer_id)


def checked_name(name: str) -> str:
    """A group's name in one line without needless space; Invalid without 1 to 100 characters."""
    wanted = " ".join(name.replace("\0", "").split())
    if not 1 <= len(wanted) <= MAX_NAME_CHARS:
        raise Invalid("A name has 1 to 100 characters.", field="name")
    return wanted


_KEY = seeing.Scoped(
    select(CustomerGroup.id).where(
        CustomerGroup.account_id == bindparam("account"), CustomerGroup.public_id == bindparam("public_id")
    ),
    within=seeing.GROUPS,
)


def id_of(db: Session, sight: Sight, public_id: str) -> int:
    """The key of a group's row; NotFound for one that they do not see."""
    wanted = seeing.values(sight) | {"public_id": public_id}
    found: int | None = db.execute(_KEY.of(sight), wanted).scalar()
    if found is None:
        raise NotFound("There is no such group.")
    return found


def _taken() -> Conflict:
    return Conflict("There is a group with this name already.")
