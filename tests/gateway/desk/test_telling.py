"""Of which mail anybody is told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.desk import beginning, customers, groups, notifications, tickets
from gateway.desk.beginning import Opening
from gateway.desk.notifications import Choices
from gateway.desk.replying import Draft
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor
from gateway.rules.notifying import NewTickets
from gateway.store import session
from gateway.store.models import Notification
from tests.hiring import hire
from tests.world import World, mail


def told() -> int:
    with session.reading() as db:
        return db.execute(select(func.count(Notification.id))).scalar_one()


@pytest.fixture
def mine(world: World) -> World:
    """Ticket 1 is our staff's."""
    world.receive(mail())
    with session.transaction() as db:
        change = TicketChange(assignee="sam-ours")
        tickets.patch(db, world.ours.staff, 1, change, now=world.clock.now())
    return world


def test_a_further_mail_is_told_to_whose_the_ticket_is(mine: World) -> None:
    assert told() == 0
    mine.receive(mail(subject="[#1]"))
    assert told() == 1


def test_of_a_mail_that_is_filed_much_later_nobody_is_told(mine: World) -> None:
    (intake_id,) = mine.accept(mail(subject="[#1]"), "support@ours.example")
    mine.clock.at += timedelta(days=3)
    mine.file(intake_id)
    assert told() == 0


def wants_new(world: World, who: Actor, new: NewTickets = NewTickets.ALL, *group: str) -> None:
    with session.transaction() as db:
        notifications.choose(db, who, Choices(new=new, groups=frozenset(group)))


def of_whom() -> list[tuple[int, str]]:
    with session.reading() as db:
        rows = db.execute(select(Notification.staff_id, Notification.kind).order_by(Notification.id))
        return [(who, kind) for who, kind in rows]


def test_who_wants_to_hear_of_new_tickets_does(world: World) -> None:
    wants_new(world, world.ours.staff)
    wants_new(world, world.stranger.owner)
    world.receive(mail())
    assert of_whom() == [(world.ours.staff.staff_id, "new")]


def test_of_a_ticket_that_a_machine_opened_nobody_is_told(world: World) -> None:
    wants_new(world, world.ours.staff)
    world.receive(mail(headers=["Auto-Submitted: auto-generated"]))
    assert of_whom() == []


def test_what_a_colleague_opens_is_new_to_everybody_else(world: World) -> None:
    wants_new(world, world.ours.staff)
    wants_new(world, world.ours.owner)
    with session.transaction() as db:
        opening = Opening("By telephone", Draft("It smokes."))
        beginning.note_down(db, world.ours.staff, opening, now=world.clock.now())
    assert of_whom() == [(world.ours.owner.staff_id, "new")]


def test_new_tickets_are_told_by_group_and_only_to_who_sees_them(world: World) -> None:
    owner, now = world.ours.owner, world.clock.now()
    with session.transaction() as db:
        schools, shops = (groups.create(db, owner, name=name, now=now) for name in ("Schools", "Shops"))
        customer = customers.create(db, owner, name="Acme", domains=("school.example",), now=now)
        groups.put_in(db, owner, schools, customer=customer)
    blind = hire(world.ours.account_id, "blind", now=now, sees_all=False)
    wants_new(world, blind)
    wants_new(world, world.ours.staff, NewTickets.GROUPS, shops)
    wants_new(world, owner, NewTickets.GROUPS, schools)
    world.receive(mail(sender="ann@school.example"))
    assert of_whom() == [(owner.staff_id, "new")]
