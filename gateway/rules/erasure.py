"""Erasing: what can be erased, in which steps that is done, and how far it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.errors import Invalid
from gateway.rules.status import Status

QUIET = timedelta(minutes=5)
"""A file that was kept (again) within this time may be somebody's whose row is not there yet: it waits."""


class ErasureKind(StrEnum):
    """What is erased; REMOTE are the records of remote sessions, RANGE is tickets by their last activity.

    QUARANTINE is mail that was held back and not released, by its arrival.
    """

    CONTACT = "contact"
    CUSTOMER = "customer"
    TICKET = "ticket"
    ATTACHMENT = "attachment"
    RANGE = "range"
    REMOTE = "remote"
    QUARANTINE = "quarantine"
    ACCOUNT = "account"


_NAMED = frozenset({ErasureKind.CONTACT, ErasureKind.CUSTOMER, ErasureKind.TICKET, ErasureKind.ATTACHMENT})
_OF_A_TIME = frozenset({ErasureKind.RANGE, ErasureKind.REMOTE, ErasureKind.QUARANTINE})


class State(StrEnum):
    """How far an erasure is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Step(StrEnum):
    """What a worker does next, in this order; each can be begun anew after a kill."""

    PLAN = "plan"
    JOURNAL = "journal"
    EXPORTS = "exports"
    TICKETS = "tickets"
    ARTICLES = "articles"
    FILES = "files"
    REMOTE = "remote"
    MAILS = "mails"
    PEOPLE = "people"
    ACCOUNT = "account"
    BLOBS = "blobs"
    WIPE = "wipe"
    RECEIPT = "receipt"


class Thing(StrEnum):
    """What is counted in previews and receipts; `gateway.desk.erasurewords` says them to people."""

    TICKETS = "tickets"
    MESSAGES = "messages"
    NOTES = "notes"
    FILES = "files"
    MAILS = "mails"
    DRAFTS = "drafts"
    DELIVERIES = "deliveries"
    SESSIONS = "sessions"
    CONTACTS = "contacts"
    CUSTOMERS = "customers"
    SYSTEMS = "systems"
    PEOPLE = "people"
    EXPORTS = "exports"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is erased of an account.

    `public_id` is of the contact, customer or attachment, the number of the ticket; "" for the other kinds.
    RANGE takes tickets whose last activity lies in [begin, end), REMOTE sessions whose end does; None leaves
    that side open, and so does QUARANTINE with arrivals. With `statuses` a RANGE takes tickets in these
    states alone.
    """

    kind: ErasureKind
    public_id: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    statuses: tuple[Status, ...] = ()


def check(scope: Scope) -> None:
    """Nothing for a scope that says what its kind needs, else Invalid with the field at fault."""
    if (scope.kind in _NAMED) != bool(scope.public_id):
        raise Invalid("Please say what is to be erased.", field="public_id")
    is_bounded = scope.begin is not None or scope.end is not None
    if is_bounded and scope.kind not in _OF_A_TIME:
        raise Invalid("This is not erased by time.", field="begin")
    if scope.statuses and scope.kind is not ErasureKind.RANGE:
        raise Invalid("This is not erased by state.", field="statuses")
    if scope.kind is ErasureKind.RANGE and scope.end is None:
        raise Invalid("Please say up to when.", field="end")
    if scope.begin is not None and scope.end is not None and scope.begin >= scope.end:
        raise Invalid("The end must be after the beginning.", field="end")
