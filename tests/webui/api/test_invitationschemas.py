"""Invitations as the API takes and gives them."""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from gateway.desk.inviting import GuestInvite, StaffInvite
from gateway.rules.access import Role
from gateway.rules.invitations import Rights, end_of
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.invitations import Shared
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import CustomerRef
from tests.webui.people.test_invitationlines import GUEST, STAFF
from webui.api.invitationschemas import (
    Invitation,
    InvitationIn,
    InvitationPage,
    InvitationPatch,
    InvitationQuery,
)

DAY = date(2026, 12, 31)


def test_a_colleague_is_asked_for_with_role_and_groups() -> None:
    wanted = InvitationIn(address="a@b.example", role="admin", groups=["g"], sees_all=False).wanted()
    assert isinstance(wanted, StaffInvite)
    assert (wanted.role, wanted.sees_all, wanted.groups) == (Role.ADMIN, False, ("g",))


def test_a_guest_is_asked_for_with_what_they_see_and_may() -> None:
    sent = {"address": "a@b.example", "role": "guest", "ticket": 3, "may_join": True, "until": "2026-12-31"}
    wanted = InvitationIn.model_validate(sent | {"language": "de"}).wanted()
    assert isinstance(wanted, GuestInvite)
    assert (wanted.ticket, wanted.rights, wanted.until) == (3, Rights(may_join=True), DAY)
    assert wanted.who.locale == "de"


@pytest.mark.parametrize(
    "sent",
    [
        {"role": "guest"},
        {"address": "a@b.example", "role": "owner"},
        {"address": "a", "role": "staff", "x": 1},
    ],
)
def test_what_is_no_invitation_is_refused(sent: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        InvitationIn.model_validate(sent)


def test_what_a_patch_does_not_name_stays() -> None:
    present = Rights(may_note=True, may_answer=True)
    patch = InvitationPatch(may_answer=False)
    assert patch.rights(present) == Rights(may_note=True)
    assert (patch.day(end_of(DAY)), patch.day(None)) == (DAY, None)
    assert InvitationPatch(until=None).day(end_of(DAY)) is None


def test_empty_parameters_are_none() -> None:
    query = InvitationQuery.model_validate({"state": "", "ticket": ""})
    assert (query.state, query.ticket) == (None, None)


def test_an_invitation_shows_to_what_and_until_when_and_no_secret() -> None:
    shown = Invitation.of(replace(GUEST, until=end_of(DAY))).model_dump()
    assert (shown["ticket"], shown["until"], shown["state"]) == (12, DAY, "open")
    assert [name for name in shown if "token" in name or "secret" in name] == []
    acme = Invitation.of(replace(GUEST, shared=Shared(customer=CustomerRef("c", "Acme")))).model_dump()
    north = Invitation.of(replace(GUEST, shared=Shared(group=GroupRef("g", "North")))).model_dump()
    assert (acme["customer"], acme["ticket"]) == ({"id": "c", "name": "Acme"}, None)
    assert (north["group"], north["customer"]) == ({"id": "g", "name": "North"}, None)
    staff = Invitation.of(replace(STAFF, groups=(GroupRef("g", "North"),))).model_dump()
    assert staff["groups"] == [{"id": "g", "name": "North"}]
    assert InvitationPage.of(Page((GUEST,), "next")).next == "next"
