"""What the lists of the customers' pages say."""

from datetime import timedelta

from flask import Flask

from gateway import clock
from gateway.store.queries.customers import CustomerRow
from gateway.store.queries.groups import GroupRef, GroupView
from tests.webui.cast import World
from webui.customers import lines
from webui.wording import moment


def test_counts_are_said_in_one_and_many(app: Flask) -> None:
    now = clock.now()
    rows = [CustomerRow("a", "A", now, 1), CustomerRow("b", "B", now, 2)]
    north = GroupRef("g", "North")
    first, second = lines.customer_lines(rows, {"a": (north,)})
    assert (first.contacts, first.groups) == ("1 contact", (north,))
    assert (second.contacts, second.groups) == ("2 contacts", ())
    said = [lines.group_line(GroupView("g", "North", count)).customers for count in (0, 1, 2)]
    assert said == ["0 customers", "1 customer", "2 customers"]
    assert [lines.systems(count) for count in (1, 2)] == ["1 system", "2 systems"]


def test_a_ticket_says_its_state_in_words(app: Flask, world: World) -> None:
    ticket = world.ours.ticket.ticket
    line = lines.ticket_line(ticket, moment(ticket.updated_at, ticket.updated_at + timedelta(hours=2)))
    assert (line.number, line.status, line.status_word, line.ago) == (1, "new", "New", "2 h")
