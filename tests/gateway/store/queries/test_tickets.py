"""Lists of tickets: what they show, filtered, searched and turned page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from gateway.desk import replying, tickets
from gateway.desk.tickets import TicketChange
from gateway.errors import Invalid, NotFound
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.models import Ticket
from gateway.store.queries.counting import Counts, count_views
from gateway.store.queries.tickets import Order, TicketFilter, get_ticket, list_tickets
from gateway.store.types import MOST
from tests.world import FOREIGN, NOON, World, mail

ALL = TicketFilter()


@pytest.fixture
def five(world: World) -> World:
    """Tickets 1 to 5 of ours, 2 pending and Sam's, 3 closed, 4 the owner's; and one of the stranger's."""
    for number in range(1, 6):
        world.receive(
            mail(
                subject=f"Printer {number}",
                sender="Bob <bob@elsewhere.example>" if number == 5 else "a@acme.example",
            )
        )
    world.receive(mail(), FOREIGN)
    changes = {
        2: TicketChange(status=Status.PENDING, assignee="sam-ours", tags=("red", "blue")),
        3: TicketChange(status=Status.CLOSED),
        4: TicketChange(status=Status.OPEN, assignee="ours"),
    }
    for number, change in changes.items():
        with session.transaction() as db:
            tickets.patch(db, world.ours.owner, number, change, now=NOON)
    return world


def numbers(world: World, wanted: TicketFilter = ALL, **page: object) -> list[int]:
    with session.reading() as db:
        found = list_tickets(db, Sight(world.ours.account_id), wanted, **page)  # type: ignore[arg-type]
    return [row.number for row in found.items]


def test_the_newest_activity_comes_first(five: World) -> None:
    assert numbers(five) == [5, 4, 3, 2, 1]
    five.receive(mail(subject="[#2]"))
    assert numbers(five) == [2, 5, 4, 3, 1]


def test_a_row_shows_what_a_list_needs(five: World) -> None:
    with session.reading() as db:
        row = get_ticket(db, Sight(five.ours.account_id), 2)
    assert (row.subject, row.status, row.assignee) == ("Printer 2", Status.PENDING, "sam-ours")
    assert (row.tags, row.article_count, row.attachment_count) == (("red", "blue"), 1, 0)
    assert row.customer is not None
    assert row.customer.name == "Acme"
    assert row.snippet.startswith("It smokes")
    assert row.created_at == row.updated_at == NOON + timedelta(minutes=1)


def test_filters_narrow_the_list(five: World) -> None:
    owner, sam = five.ours.owner.staff_id, five.ours.staff.staff_id
    for wanted, expected in (
        (TicketFilter(statuses=(Status.PENDING,)), [2]),
        (TicketFilter(statuses=(Status.PENDING, Status.CLOSED)), [3, 2]),
        (TicketFilter(assignee_id=sam), [2]),
        (TicketFilter(assignee_id=owner, statuses=(Status.PENDING,)), []),
        (TicketFilter(unassigned=True), [5, 3, 1]),
        (TicketFilter(customer=five.ours.customer), [4, 3, 2, 1]),
        (TicketFilter(customer=five.stranger.customer), []),
    ):
        assert numbers(five, wanted) == expected, wanted


def test_the_views_are_counted(five: World) -> None:
    with session.reading() as db:
        assert count_views(db, Sight(five.ours.account_id), five.ours.owner.staff_id) == Counts(1, 2, 3, 1)
        assert count_views(db, Sight(five.ours.account_id), None).mine == 0
        assert count_views(db, Sight(five.stranger.account_id), None) == Counts(0, 1, 1, 0)


@pytest.mark.parametrize("number", [0, -1, 6, MOST, MOST + 1, 10**30])
def test_another_number_is_not_found(five: World, number: int) -> None:
    with session.reading() as db, pytest.raises(NotFound):
        get_ticket(db, Sight(five.ours.account_id), number)


def test_a_strangers_number_is_not_found(five: World) -> None:
    with session.reading() as db, pytest.raises(NotFound):
        get_ticket(db, Sight(five.stranger.account_id), 2)


@pytest.mark.parametrize("page", [{"after": "none of ours"}, {"limit": 0}, {"limit": 201}])
def test_a_foreign_cursor_or_limit_is_invalid(world: World, page: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        numbers(world, ALL, **page)


WAITING = TicketFilter(statuses=(Status.NEW, Status.OPEN), order=Order.WAITING)


def test_who_waits_longest_comes_first_and_who_was_answered_last(five: World) -> None:
    assert numbers(five, WAITING) == [1, 4, 5]
    five.reply(1)
    assert numbers(five, WAITING) == [4, 5, 1]
    five.receive(mail(subject="[#1]", sender="a@acme.example"))
    assert numbers(five, WAITING) == [4, 5, 1]
    five.reply(5)
    assert numbers(five, WAITING) == [4, 1, 5]


def test_an_answer_that_is_taken_back_leaves_the_ticket_waiting_as_before(five: World) -> None:
    sent = five.reply(1)
    with session.transaction() as db:
        replying.withdraw(db, five.ours.staff, sent.public_id, now=five.clock.now())
    assert numbers(five, WAITING) == [1, 4, 5]


def test_a_reopened_ticket_waits_only_if_its_customer_does(five: World) -> None:
    five.reply(4)
    for number in (1, 4):
        five.move(number, Status.CLOSED)
        five.move(number, Status.OPEN)
    assert numbers(five, WAITING) == [1, 5, 4]


def test_what_lies_untouched_for_longest_comes_first(five: World) -> None:
    assert numbers(five, TicketFilter(order=Order.OLDEST)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("order", Order)
def test_pages_of_every_order_hold_every_ticket_once(five: World, order: Order) -> None:
    wanted, seen, after = replace(WAITING, order=order), [], None
    for _ in range(4):
        with session.reading() as db:
            page = list_tickets(db, Sight(five.ours.account_id), wanted, after=after, limit=1)
        seen += [row.number for row in page.items]
        after = page.next
        if after is None:
            break
    assert seen == numbers(five, wanted)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 6), same=st.sets(st.integers(1, 5)))
def test_pages_hold_every_ticket_once_also_at_the_same_moment(
    five: World, limit: int, same: set[int]
) -> None:
    odd = NOON.replace(microsecond=123457)
    with session.transaction() as db:
        db.execute(update(Ticket).where(Ticket.number.in_(same)).values(updated_at=odd))
    seen: list[int] = []
    after: str | None = None
    for _ in range(6):
        with session.reading() as db:
            page = list_tickets(db, Sight(five.ours.account_id), ALL, after=after, limit=limit)
        seen += [row.number for row in page.items]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == [1, 2, 3, 4, 5]
    assert seen == numbers(five)
