"""Read models of the groups that structure the customers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.models import Customer, CustomerGroup, CustomerGroupMember, table


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A group as a customer or a ticket shows it."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group, and how many customers are in it."""

    public_id: str
    name: str
    customer_count: int


_GROUP, _MEMBER, _CUSTOMER = table(CustomerGroup).c, table(CustomerGroupMember).c, table(Customer).c
_COUNT = select(func.count()).where(_MEMBER.group_id == _GROUP.id).correlate(table(CustomerGroup))
_VIEWS = select(_GROUP.public_id, _GROUP.name, _COUNT.scalar_subquery()).where(
    _GROUP.account_id == bindparam("account")
)
_ALL = seeing.Scoped(_VIEWS.order_by(_GROUP.name_key), within=seeing.GROUPS)
_ONE = seeing.Scoped(_VIEWS.where(_GROUP.public_id == bindparam("group")), within=seeing.GROUPS)
_OF_CUSTOMERS = seeing.Scoped(
    select(_CUSTOMER.public_id, _GROUP.public_id, _GROUP.name)
    .join(table(CustomerGroupMember), _MEMBER.customer_id == _CUSTOMER.id)
    .join(table(CustomerGroup), _GROUP.id == _MEMBER.group_id)
    .where(_CUSTOMER.account_id == bindparam("account"))
    .where(_CUSTOMER.public_id.in_(bindparam("customers", expanding=True)))
    .order_by(_GROUP.name_key),
    within=seeing.GROUPS,
)


def list_groups(db: Session, sight: Sight) -> tuple[GroupView, ...]:
    """The groups that they see, by name."""
    rows = db.connection().execute(_ALL.of(sight), seeing.values(sight))
    return tuple(GroupView(*row) for row in rows)


def get_group(db: Session, sight: Sight, public_id: str) -> GroupView:
    """A group; NotFound also for one that they do not see."""
    wanted = seeing.values(sight) | {"group": public_id}
    found = db.connection().execute(_ONE.of(sight), wanted).first()
    if found is None:
        raise NotFound("There is no such group.")
    return GroupView(*found)


def groups_of(db: Session, sight: Sight, customer: str) -> tuple[GroupRef, ...]:
    """The groups that a customer is in, of those that they see, by name."""
    return groups_by_customer(db, sight, (customer,)).get(customer, ())


def groups_by_customer(
    db: Session, sight: Sight, customers: Sequence[str]
) -> Mapping[str, tuple[GroupRef, ...]]:
    """The groups of each of these customers that is in one, of those that they see, by name."""
    if not customers:
        return {}
    found: dict[str, list[GroupRef]] = defaultdict(list)
    values = seeing.values(sight) | {"customers": list(customers)}
    for customer, public_id, name in db.connection().execute(_OF_CUSTOMERS.of(sight), values):
        found[customer].append(GroupRef(public_id, name))
    return {customer: tuple(groups) for customer, groups in found.items()}
