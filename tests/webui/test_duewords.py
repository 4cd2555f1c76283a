"""When something is due, in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.i18n import speaking
from gateway.rules.due import Goal
from gateway.rules.queue import DONE
from gateway.rules.status import Status
from gateway.store.queries.tickets import TicketRow
from tests.world import NOON
from webui import duewords

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICKET = TicketRow(
    1, 1, "Printer", Status.OPEN, NOON, NOON, "Ann", "ann@x.example", None, None, (), "", 1, 0, None, None
)


def due(at: datetime, goal: Goal = Goal.FIRST_ANSWER) -> TicketRow:
    return replace(TICKET, due_place=at, due_for=goal)


@pytest.mark.parametrize(
    ("at", "text", "is_over"),
    [
        (NOON + 2.5 * HOUR, "due in 2 h", False),
        (NOON + timedelta(seconds=5), "due in 1 min", False),
        (NOON + 50 * HOUR, "due in 2 d", False),
        (NOON - 3 * HOUR, "overdue by 3 h", True),
        (NOON - MINUTE, "overdue by 1 min", True),
    ],
)
def test_it_is_said_how_long_is_left_or_how_late_it_is(at: datetime, text: str, is_over: bool) -> None:  # noqa: FBT001
    found = duewords.words(due(at), NOON)
    assert found is not None
    assert (found.text, found.is_over, found.what) == (text, is_over, "First answer")
    assert found.text.endswith(found.brief)
    assert duewords.text(due(at), NOON) == text


def test_it_is_said_in_german_too() -> None:
    with speaking("de"):
        found = duewords.words(due(NOON - 3 * HOUR, Goal.RESOLUTION), NOON)
    assert found is not None
    assert (found.what, found.text) == ("Lösung", "seit 3 Std überfällig")


def test_nothing_is_said_where_nothing_is_due() -> None:
    assert duewords.words(replace(TICKET, due_place=DONE), NOON) is None
    assert duewords.text(TICKET, NOON) == ""
