"""The people of an account as their list shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.rules.access import Role
from gateway.store.queries.staff import StaffView
from webui import absences
from webui.wording import Moment, moment


@dataclass(frozen=True, slots=True)
class Line:
    """One of the people; `sees` is "" for who sees everything, `away` for who is there."""

    public_id: str
    name: str
    login: str
    email: str
    role: str
    sees: str
    away: str
    is_confirmed: bool
    has_factor: bool
    signed_in: Moment | None


def role_names() -> Mapping[Role, str]:
    """What the roles of people are called."""
    return {Role.OWNER: _("Owner"), Role.ADMIN: _("Admin"), Role.STAFF: _("Staff"), Role.GUEST: _("Guest")}


def lines(people: Iterable[StaffView], now: datetime) -> list[Line]:
    """Each as its line."""
    names = role_names()
    return [_line(person, names[person.role], now) for person in people]


def _line(person: StaffView, role: str, now: datetime) -> Line:
    return Line(
        public_id=person.public_id,
        name=person.name,
        login=person.login,
        email=person.email,
        role=role,
        sees=_sees(person),
        away=absences.words_of(person, now),
        is_confirmed=person.is_confirmed,
        has_factor=person.has_factor,
        signed_in=moment(person.signed_in_at, now) if person.signed_in_at else None,
    )


def _sees(person: StaffView) -> str:
    if person.sees_all or person.role is not Role.STAFF:
        return ""
    return ", ".join(group.name for group in person.groups) or _("no group")
