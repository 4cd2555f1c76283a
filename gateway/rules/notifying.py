"""What somebody is told of, and for which reason."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is told: the strongest reason comes first."""

    MENTION = "mention"
    ASSIGNED = "assigned"
    FAILED = "failed"
    MINE = "mine"
    FOLLOWED = "followed"
    WOKEN = "woken"
    OVERDUE = "overdue"
    DUE = "due"
    NEW = "new"


class NewTickets(StrEnum):
    """Of which new tickets somebody wants to hear, of those that they see."""

    NONE = ""
    GROUPS = "groups"
    ALL = "all"


MAILED = frozenset({Kind.MENTION, Kind.ASSIGNED, Kind.FAILED, Kind.MINE, Kind.DUE, Kind.OVERDUE})
"""What people are told of by mail, too, as long as they have not chosen."""

WAITS = timedelta(minutes=2)
"""Whoever reads it here within so long gets no mail about it."""

PAUSE = timedelta(minutes=5)
"""Between two mails to a person: what happens meanwhile is gathered in the next one."""

TOO_OLD = timedelta(days=1)
"""What could not be mailed for so long, as while no mail went out, is not mailed any more."""


def decide_told(reasons: Mapping[Kind, Collection[int]], *, by: int | None) -> Mapping[int, Kind]:
    """Who is told of an act, each for the strongest of their reasons; nobody of what they did themselves."""
    told: dict[int, Kind] = {}
    for kind in Kind:
        for person in reasons.get(kind, ()):
            if person != by:
                told.setdefault(person, kind)
    return told
