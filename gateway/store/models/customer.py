"""The companies that are looked after, and the persons who write."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from gateway.store.models.record import Privacy, Record, column, key, link


class Customer(Record):
    """A company (or household), named freely; `words` are those of its name and domains, for the search."""

    __tablename__ = "customer"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, type_=String(200))
    note: Mapped[str] = column(Privacy.CONTENT, type_=Text, default="")
    words: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)


class CustomerDomain(Record):
    """A mail domain whose unknown senders belong to the customer."""

    __tablename__ = "customer_domain"
    __table_args__ = (UniqueConstraint("account_id", "domain"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    customer_id: Mapped[int] = link("customer.id", index=True)
    domain: Mapped[str] = column(Privacy.PERSONAL, type_=String(255))


class Contact(Record):
    """A person who writes; may belong to a customer. `words` are those of name and addresses."""

    __tablename__ = "contact"

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id", index=True)
    customer_id: Mapped[int | None] = link("customer.id", ondelete="SET NULL", index=True)
    name: Mapped[str] = column(Privacy.PERSONAL, type_=String(300), default="")
    note: Mapped[str] = column(Privacy.CONTENT, type_=Text, default="")
    words: Mapped[str] = column(Privacy.PERSONAL, type_=Text, default="")
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)


class ContactAddress(Record):
    """One address of a contact, lower-case, unique in the account."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("account_id", "address"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id")
    contact_id: Mapped[int] = link("contact.id", index=True)
    address: Mapped[str] = column(Privacy.PERSONAL, type_=String(320))


class CustomerGroup(Record):
    """A group that structures the customers, named freely; `name_key` is the name whatever its case."""

    __tablename__ = "customer_group"
    __table_args__ = (UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = key()
    public_id: Mapped[str] = column(Privacy.TECHNICAL, type_=String(32), unique=True)
    account_id: Mapped[int] = link("account.id")
    name: Mapped[str] = column(Privacy.CONTENT, type_=String(100))
    name_key: Mapped[str] = column(Privacy.CONTENT, type_=String(300))
    created_at: Mapped[datetime] = column(Privacy.TECHNICAL)


class CustomerGroupMember(Record):
    """That a customer is in a group."""

    __tablename__ = "customer_group_member"
    __table_args__ = (UniqueConstraint("group_id", "customer_id"),)

    id: Mapped[int] = key()
    account_id: Mapped[int] = link("account.id", index=True)
    group_id: Mapped[int] = link("customer_group.id")
    customer_id: Mapped[int] = link("customer.id", index=True)
