"""Which rows somebody sees who does not see all of the account: one place for every read model.

A statement stands in three forms, each built once: for who sees all, for who sees what is theirs, and for
guests, who see no note that is not shared and nothing that was forwarded.
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_, select

from gateway.rules.access import Sight
from gateway.rules.status import ArticleKind
from gateway.store.models import Article, Contact, Customer, CustomerGroup, CustomerGroupMember, Ticket, table

_NOBODY = -1
_TICKET, _CUSTOMER, _MEMBER = table(Ticket).c, table(Customer).c, table(CustomerGroupMember).c
_TICKETS: BindParameter[int] = bindparam("seen_tickets", expanding=True)
_CUSTOMERS: BindParameter[int] = bindparam("seen_customers", expanding=True)
_GROUPS: BindParameter[int] = bindparam("seen_groups", expanding=True)
_MEMBERS = select(_MEMBER.customer_id).where(_MEMBER.group_id.in_(_GROUPS)).correlate(None)

TICKETS: ColumnElement[bool] = or_(
    _TICKET.id.in_(_TICKETS),
    _TICKET.customer_id.in_(_CUSTOMERS),
    _TICKET.customer_id.in_(_MEMBERS),
    _TICKET.assignee_id == bindparam("seen_by"),
)
"""Of the tickets."""

CUSTOMERS: ColumnElement[bool] = or_(_CUSTOMER.id.in_(_CUSTOMERS), _CUSTOMER.id.in_(_MEMBERS))
"""Of the customers."""

CONTACTS: ColumnElement[bool] = or_(
    table(Contact).c.customer_id.in_(_CUSTOMERS), table(Contact).c.customer_id.in_(_MEMBERS)
)
"""Of the contacts: those of the customers."""

GROUPS: ColumnElement[bool] = table(CustomerGroup).c.id.in_(_GROUPS)
"""Of the groups."""

ARTICLES: ColumnElement[bool] = (table(Article).c.forward_of == "") & or_(
    table(Article).c.kind != ArticleKind.NOTE.value, table(Article).c.is_shared
)
"""Of a ticket's articles, where guests look."""


class Scoped:
    """A statement that is bound to an account, for whatever somebody sees."""

    def __init__(
        self,
        whole: Select[*tuple[Any, ...]],
        *,
        within: ColumnElement[bool] | None = None,
        guest: ColumnElement[bool] | None = None,
    ) -> None:
        self._whole = whole
        self._within = whole if within is None else whole.where(within)
        self._guest = self._within if guest is None else self._within.where(guest)

    def of(self, sight: Sight) -> Select[*tuple[Any, ...]]:
        """The form for these eyes."""
        if sight.is_guest:
            return self._guest
        return self._whole if sight.reach is None else self._within


def values(sight: Sight) -> dict[str, object]:
    """What the statements need besides their own values: the account, and what is seen of it."""
    bound: dict[str, object] = {"account": sight.account_id}
    if sight.reach is not None:
        bound["seen_tickets"] = list(sight.reach.tickets)
        bound["seen_customers"] = list(sight.reach.customers)
        bound["seen_groups"] = list(sight.reach.groups)
        bound["seen_by"] = _NOBODY if sight.reach.staff_id is None else sight.reach.staff_id
    return bound
