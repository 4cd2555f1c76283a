"""What the API gives of customers, their groups and the people who write, field by field."""

from datetime import datetime
from typing import Any, Self

from gateway.store.queries.contacts import ContactDetail, ContactRow, MergeView
from gateway.store.queries.customers import ContactView, CustomerRow, CustomerView
from gateway.store.queries.groups import GroupView
from gateway.store.queries.paging import Page
from webui.api.schemas import CustomerRef, Shape


class Contact(Shape):
    """A person who writes for a customer."""

    id: str
    name: str
    addresses: list[str]

    @classmethod
    def of(cls, view: ContactView) -> Self:
        """As the store has it."""
        return cls(id=view.public_id, name=view.name, addresses=list(view.addresses))


class GroupRef(Shape):
    """A group that a customer is in."""

    id: str
    name: str


class Group(GroupRef):
    """A group of customers, and how many are in it."""

    customer_count: int

    @classmethod
    def of(cls, view: GroupView) -> Self:
        """As the store has it."""
        return cls(id=view.public_id, name=view.name, customer_count=view.customer_count)


class Groups(Shape):
    """The account's groups, by name."""

    items: list[Group]

    @classmethod
    def of(cls, views: tuple[GroupView, ...]) -> Self:
        """As the store has them."""
        return cls(items=[Group.of(view) for view in views])


class ContactInList(Contact):
    """A person who writes, and the customer they belong to."""

    customer: CustomerRef | None

    @classmethod
    def of_row(cls, row: ContactRow) -> Self:
        """As the store has it."""
        return cls(**_person(row))


class ContactPage(Shape):
    """Some contacts, newest first; `next` is the cursor of the following page."""

    items: list[ContactInList]
    next: str | None

    @classmethod
    def of(cls, page: Page[ContactRow]) -> Self:
        """As the store has it."""
        return cls(items=[ContactInList.of_row(row) for row in page.items], next=page.next)


class Merge(Shape):
    """That somebody became part of a contact, which can be undone by its id."""

    id: str
    name: str
    addresses: list[str]
    merged_at: datetime


class ContactWithNote(ContactInList):
    """A person who writes, with what is noted about them, and who was merged into them lately."""

    note: str
    created_at: datetime
    merges: list[Merge]

    @classmethod
    def whole(cls, detail: ContactDetail, merges: tuple[MergeView, ...]) -> Self:
        """As the store has it."""
        shown = [
            Merge(id=one.public_id, name=one.name, addresses=list(one.addresses), merged_at=one.merged_at)
            for one in merges
        ]
        return cls(**_person(detail), note=detail.note, created_at=detail.created_at, merges=shown)


def _person(who: ContactRow | ContactDetail) -> dict[str, Any]:
    customer = who.customer
    return {
        "id": who.public_id,
        "name": who.name,
        "addresses": list(who.addresses),
        "customer": CustomerRef(id=customer.public_id, name=customer.name) if customer else None,
    }


class Customer(Shape):
    """A customer with its mail domains, its contacts, the groups that it is in, and a note."""

    id: str
    name: str
    created_at: datetime
    domains: list[str]
    contacts: list[Contact]
    groups: list[GroupRef]
    note: str

    @classmethod
    def of(cls, view: CustomerView) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            name=view.name,
            created_at=view.created_at,
            domains=list(view.domains),
            contacts=[Contact.of(contact) for contact in view.contacts],
            groups=[GroupRef(id=group.public_id, name=group.name) for group in view.groups],
            note=view.note,
        )


class CustomerInList(Shape):
    """A customer in a list."""

    id: str
    name: str
    created_at: datetime
    contact_count: int


class CustomerPage(Shape):
    """Some customers, newest first."""

    items: list[CustomerInList]
    next: str | None

    @classmethod
    def of(cls, page: Page[CustomerRow]) -> Self:
        """As the store has it."""
        items = [
            CustomerInList(
                id=row.public_id,
                name=row.name,
                created_at=row.created_at,
                contact_count=row.contact_count,
            )
            for row in page.items
        ]
        return cls(items=items, next=page.next)
