"""Editing a ticket: each change checked, told, and a stranger's not found."""

from datetime import timedelta

import pytest

from gateway.desk import tickets
from gateway.desk.tickets import MAX_SUBJECT_CHARS, MAX_TAG_CHARS, MAX_TAGS, StaffRef, TicketChange
from gateway.errors import Invalid, NotFound
from gateway.rules.absence import Absence
from gateway.rules.access import Role
from gateway.rules.status import Status
from gateway.store import session
from tests.hiring import hire, set_columns
from tests.world import NOON, World, mail, ticket_row


@pytest.fixture
def desk(world: World) -> World:
    world.receive(mail(subject="Printer"))
    return world


def patch(world: World, change: TicketChange, number: int = 1) -> None:
    with session.transaction() as db:
        tickets.patch(db, world.ours.staff, number, change, now=NOON)


def test_one_change_sets_everything_it_names_and_tells_each(desk: World) -> None:
    patch(
        desk,
        TicketChange(
            status=Status.PENDING,
            assignee="ours",
            subject="  New   name ",
            tags=(" red ", "blue", "red"),
            customer=None,
        ),
    )
    ticket = desk.detail(1).ticket
    assert (ticket.status, ticket.assignee, ticket.subject) == (Status.PENDING, "ours", "New name")
    assert (ticket.tags, ticket.customer) == (("red", "blue"), None)
    told = [(event.kind, event.by) for event in desk.detail(1).events[1:]]
    assert told == [(kind, "sam-ours") for kind in ("subject", "tags", "customer", "assigned", "status")]


def test_what_is_not_named_stays(desk: World) -> None:
    before = desk.detail(1)
    patch(desk, TicketChange())
    assert desk.detail(1) == before


def test_nobody_is_an_answer_too(desk: World) -> None:
    patch(desk, TicketChange(assignee="ours"))
    patch(desk, TicketChange(assignee=None))
    assert desk.detail(1).ticket.assignee is None


def test_a_customer_is_given_by_its_id(desk: World) -> None:
    patch(desk, TicketChange(customer=None))
    patch(desk, TicketChange(customer=desk.ours.customer))
    customer = desk.detail(1).ticket.customer
    assert customer is not None
    assert customer.name == "Acme"
    assert desk.detail(1).events[-1].data == {"to": "Acme"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (TicketChange(status=Status.NEW), "status"),
        (TicketChange(subject=" "), "subject"),
        (TicketChange(subject="x" * (MAX_SUBJECT_CHARS + 1)), "subject"),
        (TicketChange(tags=("",)), "tags"),
        (TicketChange(tags=("x" * (MAX_TAG_CHARS + 1),)), "tags"),
        (TicketChange(tags=tuple(map(str, range(MAX_TAGS + 1)))), "tags"),
        (TicketChange(assignee="nobody"), "assignee"),
        (TicketChange(assignee="sam-stranger"), "assignee"),
        (TicketChange(customer="none"), "customer"),
    ],
)
def test_what_cannot_be_is_invalid_and_nothing_changes(desk: World, change: TicketChange, field: str) -> None:
    before = desk.detail(1)
    with pytest.raises(Invalid) as caught:
        patch(desk, change)
    assert caught.value.field == field
    assert desk.detail(1) == before


def test_limits_themselves_are_taken(desk: World) -> None:
    tags = tuple(f"{n:0{MAX_TAG_CHARS}}" for n in range(MAX_TAGS))
    patch(desk, TicketChange(subject="x" * MAX_SUBJECT_CHARS, tags=tags))
    assert desk.detail(1).ticket.tags == tags


def test_a_strangers_customer_and_ticket_do_not_exist(desk: World) -> None:
    with pytest.raises(Invalid):
        patch(desk, TicketChange(customer=desk.stranger.customer))
    with pytest.raises(NotFound), session.transaction() as db:
        tickets.patch(db, desk.stranger.owner, 1, TicketChange(status=Status.CLOSED), now=NOON)
    assert ticket_row(1).status == "new"


def test_colleagues_are_listed_by_login(world: World) -> None:
    with session.reading() as db:
        assert tickets.staff_of(db, world.ours.account_id) == (
            StaffRef("ours", "ours"),
            StaffRef("sam-ours", "Sam Ours"),
        )


def test_who_left_and_guests_are_given_nothing_but_keep_their_names(desk: World) -> None:
    hire(desk.ours.account_id, "gone", now=NOON, deactivated_at=NOON)
    hire(desk.ours.account_id, "gast", Role.GUEST, now=NOON)
    for login in ("gone", "gast", "sam-stranger"):
        with pytest.raises(Invalid):
            patch(desk, TicketChange(assignee=login))
    with session.reading() as db:
        listed = [one.login for one in tickets.staff_of(db, desk.ours.account_id)]
        names = tickets.names_of(db, desk.ours.account_id)
    assert listed == ["ours", "sam-ours"]
    assert names == {
        "ours": "ours",
        "sam-ours": "Sam Ours",
        "gone": "Gone Example",
        "gast": "Gast Example",
    }


def test_a_colleagues_absence_is_told_where_one_assigns(world: World) -> None:
    holiday = Absence(NOON, NOON + timedelta(days=1))
    away = {"away_from": holiday.begins, "away_until": holiday.ends}
    set_columns(world.ours.staff, **away, stand_in_id=world.ours.owner.staff_id)
    with session.reading() as db:
        assert tickets.staff_of(db, world.ours.account_id)[1] == StaffRef(
            "sam-ours", "Sam Ours", holiday, "ours"
        )
