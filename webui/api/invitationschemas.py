"""Invitations as the API takes and gives them, field by field; never the link's secret."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from gateway.desk.inviting import GuestInvite, Invited, StaffInvite
from gateway.rules.access import Role
from gateway.rules.invitations import Rights, State, last_day
from gateway.store.queries.invitations import InvitationView
from gateway.store.queries.paging import Page
from webui.api.customerschemas import GroupRef
from webui.api.inputs import PageQuery, none_if_empty
from webui.api.schemas import CustomerRef, Shape


class InvitationQuery(PageQuery):
    """Which invitations: those in a state, those to a ticket."""

    state: Annotated[State | None, BeforeValidator(none_if_empty)] = None
    ticket: Annotated[int | None, BeforeValidator(none_if_empty)] = None


class InvitationIn(Shape):
    """Somebody to invite. As `guest` to one `ticket` (a number), `customer` or `group` (ids), until a day.

    As `staff` or `admin` without any of these; without `sees_all` for the customers of `groups` (ids).
    """

    address: str = Field(max_length=1000)
    role: Literal["admin", "staff", "guest"]
    first_name: str = ""
    last_name: str = ""
    language: Literal["", "en", "de"] = ""
    sees_all: bool = True
    groups: list[str] = Field(default_factory=list, max_length=500)
    ticket: int | None = None
    customer: str | None = None
    group: str | None = None
    may_note: bool = False
    may_answer: bool = False
    may_join: bool = False
    until: date | None = None

    def wanted(self) -> StaffInvite | GuestInvite:
        """What the desk is asked for."""
        who = Invited(self.address, self.first_name, self.last_name, self.language)
        if self.role == "guest":
            rights = Rights(self.may_note, self.may_answer, self.may_join)
            return GuestInvite(who, self.ticket, self.customer, self.group, rights, self.until)
        return StaffInvite(who, Role(self.role), self.sees_all, tuple(self.groups))


class InvitationPatch(Shape):
    """What a guest may do from now on; fields left out stay, `until` null is until revoked."""

    may_note: bool | None = None
    may_answer: bool | None = None
    may_join: bool | None = None
    until: date | None = None

    def rights(self, present: Rights) -> Rights:
        """With what is not named as it was."""
        return Rights(
            present.may_note if self.may_note is None else self.may_note,
            present.may_answer if self.may_answer is None else self.may_answer,
            present.may_join if self.may_join is None else self.may_join,
        )

    def day(self, present: datetime | None) -> date | None:
        """Likewise the last day."""
        if "until" in self.model_fields_set:
            return self.until
        return last_day(present) if present else None


class Invitation(Shape):
    """Who is invited to what. `ticket` is a number; `login` that of who accepted; `invited_by` a name."""

    id: str
    state: State
    address: str
    name: str
    role: Role
    sees_all: bool
    groups: list[GroupRef]
    ticket: int | None
    customer: CustomerRef | None
    group: GroupRef | None
    may_note: bool
    may_answer: bool
    may_join: bool
    until: date | None
    invited_by: str
    login: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: InvitationView) -> Self:
        """As the store has it."""
        ticket, customer, group = view.shared.ticket, view.shared.customer, view.shared.group
        return cls(
            id=view.public_id,
            state=view.state,
            address=view.address,
            name=view.name,
            role=view.role,
            sees_all=view.sees_all,
            groups=[GroupRef(id=one.public_id, name=one.name) for one in view.groups],
            ticket=ticket.number if ticket else None,
            customer=CustomerRef(id=customer.public_id, name=customer.name) if customer else None,
            group=GroupRef(id=group.public_id, name=group.name) if group else None,
            may_note=view.rights.may_note,
            may_answer=view.rights.may_answer,
            may_join=view.rights.may_join,
            until=last_day(view.until) if view.until else None,
            invited_by=view.invited_by,
            login=view.person,
            created_at=view.created_at,
            expires_at=view.expires_at,
            accepted_at=view.accepted_at,
            revoked_at=view.revoked_at,
        )


class InvitationPage(Shape):
    """Some invitations, newest first; `next` is the cursor of the following page."""

    items: list[Invitation]
    next: str | None

    @classmethod
    def of(cls, page: Page[InvitationView]) -> Self:
        """As the store has it."""
        return cls(items=[Invitation.of(view) for view in page.items], next=page.next)
