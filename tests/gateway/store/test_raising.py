"""A ticket comes back to the author of a mail that did not arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.rules.access import Role
from gateway.rules.status import Status
from gateway.store import session, tickets
from gateway.store.models import Staff, Ticket
from tests.fakes.refusing import refuse
from tests.hiring import set_columns
from tests.world import World, mail, ticket_row


@pytest.fixture
def answered(world: World) -> str:
    world.receive(mail())
    return world.reply(1).public_id


def assign(world: World, staff_id: int | None) -> None:
    with session.transaction() as db:
        db.execute(update(Ticket).values(assignee_id=staff_id))


def leave(world: World, staff_id: int | None) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == staff_id).values(deactivated_at=world.clock.now()))


def assignee(world: World, answered: str) -> int | None:
    """Whose the ticket is once the answer has failed."""
    refuse(answered, now=world.clock.now())
    return ticket_row(1).assignee_id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.CLOSED, Status.OPEN),
        (Status.PENDING, Status.OPEN),
        (Status.OPEN, Status.OPEN),
        (Status.SPAM, Status.SPAM),
    ],
)
def test_a_closed_or_waiting_ticket_opens_and_says_why(
    world: World, answered: str, before: Status, after: Status
) -> None:
    world.move(1, before)
    refuse(answered, now=world.clock.now())
    assert ticket_row(1).status == after
    reasons = [event.data.get("why") for event in world.detail(1).events if event.kind == "status"]
    assert (tickets.NOT_DELIVERED in reasons) is (before is not after)


def test_nobodys_ticket_becomes_its_authors(world: World, answered: str) -> None:
    assert assignee(world, answered) == world.ours.staff.staff_id
    told = [event.data for event in world.detail(1).events if event.kind == "assigned"]
    assert told == [{"to": "sam-ours"}]


def test_a_colleagues_ticket_stays_theirs(world: World, answered: str) -> None:
    assign(world, world.ours.owner.staff_id)
    assert assignee(world, answered) == world.ours.owner.staff_id


def test_the_ticket_of_somebody_who_left_becomes_its_authors(world: World, answered: str) -> None:
    assign(world, world.ours.owner.staff_id)
    leave(world, world.ours.owner.staff_id)
    assert assignee(world, answered) == world.ours.staff.staff_id


def test_an_author_who_left_is_given_nothing(world: World, answered: str) -> None:
    leave(world, world.ours.staff.staff_id)
    assert assignee(world, answered) is None


def test_a_guest_is_given_no_ticket(world: World, answered: str) -> None:
    set_columns(world.ours.staff, role=Role.GUEST.value)
    assert assignee(world, answered) is None


def test_the_stand_in_of_an_author_who_is_away_gets_it(world: World, answered: str) -> None:
    now = world.clock.now()
    away = {"away_from": now, "away_until": now + timedelta(days=1)}
    set_columns(world.ours.staff, **away, stand_in_id=world.ours.owner.staff_id)
    assert assignee(world, answered) == world.ours.owner.staff_id
