"""What somebody was told of: to read, to have read, and to choose the ways of."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.desk.groups import id_of as group_id_of
from gateway.errors import Invalid, NotFound
from gateway.rules.access import Actor, Permission, require
from gateway.rules.notifying import MAILED, Kind, NewTickets
from gateway.rules.quiet import USUAL, Quiet
from gateway.store import notifications
from gateway.store.models import Staff


@dataclass(frozen=True, slots=True)
class Choices:
    """Of what somebody hears by mail and in the browser; in the pages everything is there.

    `new` says of which new tickets they hear at all, `groups` of which groups' (public ids). In the `quiet`
    hours nothing is mailed nor shown by the browser.
    """

    mail: frozenset[Kind] = MAILED
    browser: frozenset[Kind] = frozenset()
    new: NewTickets = NewTickets.NONE
    groups: frozenset[str] = frozenset()
    quiet: Quiet = USUAL


def read_all(db: Session, by: Actor) -> None:
    """They have read all that they were told."""
    notifications.read_all(db, by.account_id, _person(by))


def choices_of(db: Session, by: Actor) -> Choices:
    """What they have chosen; before that, what presses by mail and nothing in the browser."""
    who = _person(by)
    mine = Staff.account_id == by.account_id, Staff.id == who
    columns = (Staff.mail_kinds, Staff.browser_kinds, Staff.new_tickets, Staff.quiet)
    mail, browser, new, quiet = db.execute(select(*columns).where(*mine)).one()
    return Choices(
        MAILED if mail is None else _kinds(mail),
        _kinds(browser or ()),
        NewTickets(new),
        notifications.groups_of(db, who),
        Quiet.from_stored(quiet),
    )


def choose(db: Session, by: Actor, wanted: Choices) -> None:
    """Choose of what to hear from now on.

    NotFound for a group that they do not see, Invalid for new tickets of no group.
    """
    who = _person(by)
    groups = {group_id_of(db, by.sight, one) for one in wanted.groups}
    if wanted.new is NewTickets.GROUPS and not groups:
        raise Invalid("Please choose a group.", field="groups")
    mine = Staff.account_id == by.account_id, Staff.id == who
    values = {
        "mail_kinds": sorted(wanted.mail),
        "browser_kinds": sorted(wanted.browser),
        "new_tickets": wanted.new.value,
        "quiet": wanted.quiet.as_stored(),
    }
    db.execute(update(Staff).where(*mine).values(**values))
    notifications.set_groups(db, by.account_id, who, groups if wanted.new is NewTickets.GROUPS else ())


def _kinds(stored: Collection[str]) -> frozenset[Kind]:
    return frozenset(kind for kind in Kind if kind.value in stored)


def _person(by: Actor) -> int:
    require(by, Permission.WORK_TICKETS)
    if by.staff_id is None:
        raise NotFound
    return by.staff_id
