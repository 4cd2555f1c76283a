"""What the API gives and takes of the people who work in the account, field by field."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field

from gateway.desk.staff import Access, Particulars
from gateway.rules.access import Role
from gateway.rules.hours import zone_named
from gateway.store.queries.staff import StaffView, State
from webui import absences
from webui.api.customerschemas import GroupRef
from webui.api.schemas import Shape


class StaffQuery(Shape):
    """Which people: those who work here, those who did, or all."""

    state: Literal["active", "deactivated", "all"] = "active"

    def asks_for(self, one: StaffView) -> bool:
        """Whether a person is among those."""
        return self.state in ("all", one.state.value)


class Away(Shape):
    """The first and the last day of an absence, and the id of who stands in, null if nobody does."""

    from_: date = Field(alias="from")
    until: date
    stand_in: str | None = None


class StaffMember(Shape):
    """Somebody who works here or did; without `sees_all` they see the customers of their `groups`."""

    id: str
    login: str
    name: str
    role: Role
    sees_all: bool
    groups: list[GroupRef]
    state: State
    away: Away | None

    @classmethod
    def of(cls, view: StaffView) -> Self:
        """As the store has it."""
        return cls(
            id=view.public_id,
            login=view.login,
            name=view.name,
            role=view.role,
            sees_all=view.sees_all,
            groups=[GroupRef(id=group.public_id, name=group.name) for group in view.groups],
            state=view.state,
            away=_away(view),
        )


class Staff(Shape):
    """The people of the account, by login."""

    items: list[StaffMember]

    @classmethod
    def of_views(cls, views: Iterable[StaffView]) -> Self:
        """As the store has them."""
        return cls(items=[StaffMember.of(view) for view in views])


class StaffDetail(StaffMember):
    """Somebody who works here or did, with all that is known of them."""

    first_name: str
    last_name: str
    email: str
    email_confirmed: bool
    salutation: str
    postal_address: str
    company: str
    second_factor: bool
    created_at: datetime

    @classmethod
    def of(cls, view: StaffView) -> Self:
        """As the store has it."""
        known = StaffMember.of(view)
        return cls(
            **{name: getattr(known, name) for name in StaffMember.model_fields},
            first_name=view.first_name,
            last_name=view.last_name,
            email=view.email,
            email_confirmed=view.is_confirmed,
            salutation=view.salutation,
            postal_address=view.postal_address,
            company=view.company,
            second_factor=view.has_factor,
            created_at=view.created_at,
        )


class StaffPatch(Shape):
    """What is to change; fields left out stay. `groups` are the ids of all whose customers they see.

    A new `email` has to be confirmed by the link that is sent to it. `away` null ends an absence.
    """

    login: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    salutation: str | None = None
    postal_address: str | None = None
    company: str | None = None
    role: Literal[Role.ADMIN, Role.STAFF] | None = None
    sees_all: bool | None = None
    groups: list[str] | None = None
    away: Away | None = None

    def particulars(self) -> Particulars:
        """What is to be known of the person."""
        return Particulars(**{one.name: getattr(self, one.name) for one in fields(Particulars)})

    def access(self) -> Access | None:
        """What they are to be and see; None if nothing of it is named."""
        named = Access(self.role, self.sees_all, self.groups)
        return named if named != Access() else None


class DeactivateIn(Shape):
    """Who gets the tickets that are not closed, by id; null is nobody."""

    successor: str | None = None


def _away(view: StaffView) -> Away | None:
    if view.away is None:
        return None
    first, last = absences.days(view.away.absence, zone_named(view.zone))
    stand_in = view.away.stand_in
    return Away(from_=first, until=last, stand_in=stand_in.public_id if stand_in else None)
