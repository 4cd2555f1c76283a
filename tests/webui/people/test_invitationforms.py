"""What is typed to invite somebody."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.rules.access import Role
from gateway.rules.invitations import Rights
from webui.people.invitationforms import (
    Target,
    Typed,
    guest_invite,
    read,
    read_day,
    read_target,
    staff_invite,
)


def test_what_is_typed_is_read_in_one_line_each_and_limited() -> None:
    form = MultiDict(
        [
            ("address", f" a@b.example {'x' * 2000}"),
            ("first_name", " Ida \n Maria"),
            ("sees", "groups"),
            ("groups", "a"),
            ("groups", "b"),
            ("may_note", "on"),
            ("until", "2026-12-31"),
        ]
    )
    typed = read(form)
    assert (typed.first_name, len(typed.address)) == ("Ida Maria", 1000)
    assert (typed.sees_all, typed.groups) == (False, ("a", "b"))
    assert (typed.rights, typed.until) == (Rights(may_note=True), "2026-12-31")


@pytest.mark.parametrize(
    ("named", "target"),
    [
        ({}, Target()),
        ({"ticket": "12"}, Target(ticket=12)),
        ({"ticket": "x"}, Target(ticket=0)),
        ({"ticket": "²"}, Target(ticket=0)),
        ({"ticket": "9" * 19}, Target(ticket=0)),
        ({"customer": "c"}, Target(customer="c")),
        ({"group": "g"}, Target(group="g")),
    ],
)
def test_the_address_of_the_page_names_what_a_guest_is_to_see(named: dict[str, str], target: Target) -> None:
    assert read_target(MultiDict(named)) == target
    assert target.is_named == bool(named)


@pytest.mark.parametrize(
    ("typed", "role"),
    [("staff", Role.STAFF), ("admin", Role.ADMIN), ("", Role.OWNER), ("king", Role.OWNER)],
)
def test_a_role_that_is_none_becomes_the_one_that_nobody_is_invited_as(typed: str, role: Role) -> None:
    assert staff_invite(Typed(role=typed)).role is role


def test_a_guest_gets_what_the_page_is_about_until_the_day_that_was_chosen() -> None:
    typed = Typed("a@b.example", rights=Rights(may_join=True), until="2026-12-31")
    made = guest_invite(typed, Target(customer="c"))
    assert (made.ticket, made.customer, made.group) == (None, "c", None)
    assert (made.rights, made.until) == (typed.rights, date(2026, 12, 31))


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "31.12.2026"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_day(text)
    assert refused.value.field == "until"


def test_no_day_is_no_end() -> None:
    assert read_day("") is None
