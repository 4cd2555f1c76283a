"""Reminders: half an hour of work before, and at the moment itself; once each, whoever looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from gateway.desk import tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.status import Status
from gateway.store import reminders, session
from gateway.store.models import Notification, Reminder
from tests.promising import promise
from tests.world import NOON, World, mail, ticket_row

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def promised(world: World) -> World:
    promise(world)
    world.receive(mail())
    return world


def remind(now: datetime) -> int:
    with session.transaction() as db:
        return reminders.remind(db, now=now)


def noted() -> Sequence[tuple[str, str, datetime]]:
    with session.reading() as db:
        rows = db.execute(select(Reminder.goal, Reminder.stage, Reminder.at).order_by(Reminder.id))
        return [(row.goal, row.stage, row.at) for row in rows]


def test_one_is_noted_before_and_one_at_the_moment(promised: World) -> None:
    at = [NOON + HOUR, NOON + 3.5 * HOUR, NOON + 3.6 * HOUR, NOON + 4 * HOUR, NOON + 9 * HOUR]
    assert [remind(now) for now in at] == [0, 1, 0, 1, 0]
    assert noted() == [("first_answer", "soon", at[1]), ("first_answer", "due", at[3])]


def test_who_has_the_ticket_hears_of_both_apart(promised: World) -> None:
    with session.transaction() as db:
        change = TicketChange(assignee="sam-ours")
        tickets.patch(db, promised.ours.owner, 1, change, now=NOON)
        db.execute(delete(Notification))
    for now in (NOON + 3.5 * HOUR, NOON + 4 * HOUR):
        remind(now)
    with session.reading() as db:
        kinds = db.execute(select(Notification.kind).order_by(Notification.id)).scalars().all()
    assert kinds == ["due", "overdue"]


def test_who_comes_late_notes_only_that_it_is_due(promised: World) -> None:
    assert remind(NOON + 5 * HOUR) == 1
    assert noted() == [("first_answer", "due", NOON + 5 * HOUR)]


def test_the_same_moment_is_noted_once(promised: World) -> None:
    remind(NOON + 3.5 * HOUR)
    promised.move(1, Status.PENDING)
    promised.move(1, Status.OPEN)
    assert ticket_row(1).due_at == NOON + 4 * HOUR
    remind(NOON + 3.6 * HOUR)
    remind(NOON + 3.7 * HOUR)
    assert [stage for _, stage, _ in noted()] == ["soon"]
    assert remind(NOON + 4 * HOUR) == 1


def test_an_answered_ticket_is_called_to_mind_for_what_it_owes_next(promised: World) -> None:
    promised.reply(1)
    assert remind(NOON + 4 * HOUR) == 0
    assert ticket_row(1).remind_at == NOON + 47.5 * HOUR


def test_it_is_asked_before_anything_is_written(promised: World) -> None:
    with session.reading() as db:
        assert not reminders.are_owed(db, now=NOON + 3.4 * HOUR)
        assert reminders.are_owed(db, now=NOON + 3.5 * HOUR)


def test_what_was_due_long_ago_calls_for_none(promised: World) -> None:
    assert remind(NOON + 28 * HOUR) == 1
    assert noted() == []
    assert ticket_row(1).remind_at is None
