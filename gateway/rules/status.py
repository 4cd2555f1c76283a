"""The states of a ticket and which moves people make between them."""

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands; pending waits for the customer."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"
    SPAM = "spam"


class ArticleKind(StrEnum):
    """What an entry of a ticket is."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"
    AUTOMATIC = "automatic"


OPEN_STATUSES = (Status.NEW, Status.OPEN, Status.PENDING)


def may_become(target: Status) -> bool:
    """Whether people may choose the state: new is only where a ticket begins."""
    return target is not Status.NEW


def after_inbound(status: Status) -> Status:
    """The state after a person wrote: closed and waiting tickets come back, spam stays spam."""
    return Status.OPEN if status in (Status.CLOSED, Status.PENDING) else status


def after_merge(source: Status, target: Status) -> Status:
    """The state of a ticket into which another one was merged: what somebody waits for stays open."""
    return Status.OPEN if source in (Status.NEW, Status.OPEN) and target is not Status.NEW else target


def after_reply(status: Status) -> Status:
    """The state after staff answered without choosing one."""
    return Status.OPEN if status is Status.NEW else status
