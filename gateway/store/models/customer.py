"""The companies that are looked after, and the persons who write."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models.record import Record, column, key, link


class Customer(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A company (or household), named freely; `words` are those of its name and domains, for the search."""

    __tablename__ = "customer"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(200))
    note: Mapped[str] = column(Privacy.CONTENT, Purpose.PEOPLE, type_=Text, default="")
    words: Mapped[str] = column(Privacy.PERSONAL, Purpose.SEARCH, type_=Text, default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PEOPLE)


class CustomerDomain(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A mail domain whose unknown senders belong to the customer."""

    __tablename__ = "customer_domain"
    __table_args__ = (UniqueConstraint("account_id", "domain"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    customer_id: Mapped[int] = link("customer.id", index=True)
    domain: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(255))


class Contact(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A person who writes; may belong to a customer. `words` are those of name and addresses.

    A merged one has no addresses and leads to `merged_into_id`, which is never merged itself; that is no
    foreign key, because SQLite would have to copy the table for it.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_of_customer", "account_id", "customer_id"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    customer_id: Mapped[int | None] = link("customer.id", ondelete="SET NULL", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(300), default="")
    note: Mapped[str] = column(Privacy.CONTENT, Purpose.PEOPLE, type_=Text, default="")
    words: Mapped[str] = column(Privacy.PERSONAL, Purpose.SEARCH, type_=Text, default="")
    merged_into_id: Mapped[int | None] = column(Privacy.TECHNICAL, Purpose.PEOPLE, index=True)
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PEOPLE)


class ContactAddress(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """One address of a contact, lower-case, unique in the account."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("account_id", "address"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    contact_id: Mapped[int] = link("contact.id", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=String(320))


class ContactMerge(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """That a contact became part of another one, and what it brought, for the way back.

    `tickets` and `led` are keys: the tickets that it brought, and the contacts that had been merged into it.
    `note_before` is what was noted about the other one until then.
    """

    __tablename__ = "contact_merge"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    source_id: Mapped[int] = link("contact.id", index=True)
    target_id: Mapped[int] = link("contact.id", index=True)
    staff_id: Mapped[int | None] = link(
        "staff.id", ondelete="SET NULL", privacy=Privacy.PERSONAL, purpose=Purpose.TEAMWORK
    )
    addresses: Mapped[list[str]] = column(Privacy.PERSONAL, Purpose.PEOPLE, type_=JSON)
    tickets: Mapped[list[int]] = column(Privacy.TECHNICAL, Purpose.PEOPLE, type_=JSON)
    led: Mapped[list[int]] = column(Privacy.TECHNICAL, Purpose.PEOPLE, type_=JSON)
    note_before: Mapped[str] = column(Privacy.CONTENT, Purpose.PEOPLE, type_=Text)
    merged_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PEOPLE)


class CustomerGroup(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """A group that structures the customers, named freely; `name_key` is the name whatever its case.

    `targets` and `hours` take the place of a mailbox's where a customer of the group writes.
    """

    __tablename__ = "customer_group"
    __table_args__ = (UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, Purpose.RUNNING, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    name: Mapped[str] = column(Privacy.CONTENT, Purpose.PEOPLE, type_=String(100))
    name_key: Mapped[str] = column(Privacy.CONTENT, Purpose.PEOPLE, type_=String(300))
    targets: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON(none_as_null=True)
    )
    hours: Mapped[dict[str, Any] | None] = column(
        Privacy.TECHNICAL, Purpose.SETTINGS, type_=JSON(none_as_null=True)
    )
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL, Purpose.PEOPLE)


class CustomerGroupMember(Record, whom=Whom.CUSTOMERS, lasts=Lasts.DELETED):
    """That a customer is in a group."""

    __tablename__ = "customer_group_member"
    __table_args__ = (UniqueConstraint("group_id", "customer_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    group_id: Mapped[int] = link("customer_group.id")
    customer_id: Mapped[int] = link("customer.id", index=True)
