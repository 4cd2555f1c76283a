"""Customers, groups and tickets as the customers' pages list them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import ngettext
from gateway.store.queries.customers import CustomerRow
from gateway.store.queries.groups import GroupRef, GroupView
from gateway.store.queries.remote import RemoteView
from gateway.store.queries.tickets import TicketRow
from webui import remotewords
from webui.wording import Moment, moment, status_names


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in a list."""

    public_id: str
    name: str
    contacts: str
    groups: tuple[GroupRef, ...]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in the list."""

    public_id: str
    name: str
    customers: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A remote session of a customer; `detail` is how far it is, or how it ended."""

    number: int
    subject: str
    at: Moment
    detail: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket of a customer."""

    number: int
    subject: str
    status: str
    status_word: str
    iso: str
    ago: str
    absolute: str


def customer_lines(
    rows: Sequence[CustomerRow], groups: Mapping[str, tuple[GroupRef, ...]]
) -> list[CustomerLine]:
    """Customers with how many contacts they have, and the groups that are to be shown."""
    return [
        CustomerLine(
            row.public_id,
            row.name,
            contacts(row.contact_count),
            groups.get(row.public_id, ()),
        )
        for row in rows
    ]


def contacts(count: int) -> str:
    """How many contacts there are, in words."""
    return ngettext("%(num)s contact", "%(num)s contacts", count) % {"num": count}


def tickets(count: int) -> str:
    """How many tickets there are, in words."""
    return ngettext("%(num)s ticket", "%(num)s tickets", count) % {"num": count}


def systems(count: int) -> str:
    """How many installed systems there are, in words."""
    return ngettext("%(num)s system", "%(num)s systems", count) % {"num": count}


def group_line(view: GroupView) -> GroupLine:
    """A group with how many customers it has."""
    count = view.customer_count
    return GroupLine(
        view.public_id,
        view.name,
        ngettext("%(num)s customer", "%(num)s customers", count) % {"num": count},
    )


def ticket_line(row: TicketRow, at: Moment) -> TicketLine:
    """A ticket with the moment of its newest activity."""
    return TicketLine(
        number=row.number,
        subject=row.subject,
        status=row.status.value,
        status_word=status_names()[row.status],
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )


def session_lines(found: Sequence[RemoteView], now: datetime) -> list[SessionLine]:
    """Remote sessions, the newest first."""
    return [
        SessionLine(
            one.number,
            one.subject,
            moment(one.opened_at or one.made_at, now),
            remotewords.how_it_ended(one) or remotewords.state_of(one),
        )
        for one in found
    ]
