"""Invitations in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.rules.access import Role
from gateway.rules.invitations import READING, Rights, State, end_of
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.invitations import InvitationView, Shared, TicketRef
from gateway.store.queries.tickets import CustomerRef
from webui.people.invitationlines import line, rights_in_words

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GUEST = InvitationView(
    public_id="i",
    state=State.OPEN,
    address="ida@x.example",
    name="Ida",
    locale="",
    role=Role.GUEST,
    sees_all=False,
    groups=(),
    shared=Shared(ticket=TicketRef(12, "Printer")),
    rights=READING,
    until=None,
    invited_by="Olga",
    person=None,
    created_at=NOW,
    expires_at=NOW + timedelta(days=7),
    accepted_at=None,
    revoked_at=None,
)
STAFF = replace(GUEST, role=Role.STAFF, sees_all=True, shared=Shared())


@pytest.mark.parametrize(
    ("view", "what", "href"),
    [
        (GUEST, "#12 Printer", "/t/12"),
        (replace(GUEST, shared=Shared(customer=CustomerRef("c", "Acme"))), "Customer Acme", "/customers/c"),
        (replace(GUEST, shared=Shared(group=GroupRef("g", "North"))), "Group North", "/groups/g"),
        (STAFF, "Staff", ""),
        (replace(STAFF, role=Role.ADMIN), "Admin", ""),
        (replace(STAFF, sees_all=False, groups=(GroupRef("g", "North"),)), "Staff · North", ""),
        (replace(STAFF, sees_all=False), "Staff · no group", ""),
    ],
)
def test_it_says_to_what(view: InvitationView, what: str, href: str) -> None:
    shown = line(view, NOW)
    assert (shown.what, shown.href) == (what, href)


@pytest.mark.parametrize(
    ("view", "resend", "revoke"),
    [
        (GUEST, True, True),
        (replace(GUEST, state=State.EXPIRED), True, True),
        (replace(GUEST, state=State.EXPIRED, accepted_at=NOW), False, True),
        (replace(GUEST, state=State.ACCEPTED, accepted_at=NOW), False, True),
        (replace(GUEST, state=State.REVOKED, revoked_at=NOW), False, False),
        (replace(STAFF, state=State.ACCEPTED, accepted_at=NOW), False, False),
        (STAFF, True, True),
    ],
)
def test_it_offers_what_can_still_be_done(view: InvitationView, *, resend: bool, revoke: bool) -> None:
    shown = line(view, NOW)
    assert (shown.may_resend, shown.may_revoke) == (resend, revoke)


def test_the_last_day_is_told_and_what_a_guest_may_do() -> None:
    shown = line(replace(GUEST, until=end_of(date(2026, 12, 31)), rights=Rights(may_answer=True)), NOW)
    assert (shown.until, shown.rights) == ("31 Dec 2026", "read, answer customers")
    assert (line(GUEST, NOW).until, line(STAFF, NOW).rights) == ("", "")


def test_all_rights_are_named() -> None:
    told = "read, write notes, answer customers, join remote sessions"
    assert rights_in_words(Rights(may_note=True, may_answer=True, may_join=True)) == told
