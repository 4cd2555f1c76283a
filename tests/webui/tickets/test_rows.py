"""Rows of the list, and what an empty list says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from gateway.i18n import speaking
from gateway.rules.due import Goal
from gateway.rules.status import Status
from gateway.store.queries.tickets import CustomerRef, TicketRow
from webui.tickets.rows import Shown, empty, lines, rows

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def ticket(
    name: str = "Ann", address: str = "ann@x.example", customer: CustomerRef | None = None
) -> TicketRow:
    return TicketRow(
        id=1,
        number=7,
        subject="Printer",
        status=Status.OPEN,
        created_at=NOW,
        updated_at=NOW - timedelta(hours=2),
        requester_name=name,
        requester_address=address,
        customer=customer,
        assignee=None,
        tags=(),
        snippet="It smokes.",
        article_count=1,
        attachment_count=1,
        maybe_belongs_to=None,
        follow_up_of=None,
    )


def test_a_row_has_every_word_ready() -> None:
    (row,) = rows((ticket(customer=CustomerRef("c", "Smith Ltd")),), Shown(NOW))
    assert (row.who, row.customer, row.ago, row.status_word, row.files) == (
        "Ann",
        "Smith Ltd",
        "2 h",
        "Open",
        True,
    )


def test_without_a_customer_the_address_stands_there() -> None:
    (row,) = rows((ticket(),), Shown(NOW))
    assert row.customer == "ann@x.example"


def test_an_address_is_not_said_twice() -> None:
    (row,) = rows((ticket(name=""),), Shown(NOW))
    assert (row.who, row.customer) == ("ann@x.example", "")


def test_a_mail_without_sender_has_a_row_all_the_same() -> None:
    (row,) = rows((ticket(name="", address=""),), Shown(NOW))
    assert row.who == "unknown sender"


@pytest.mark.parametrize("view", ["mine", "unassigned", "open", "pending", "closed", "spam", "what"])
def test_an_empty_view_has_a_title(view: str) -> None:
    assert empty(view, has_mailbox=True).title


def test_without_a_mailbox_the_way_to_one_is_shown() -> None:
    assert empty("open", has_mailbox=False).link == "/mailboxes"


def test_a_line_says_what_is_so_now(app: Flask) -> None:
    def line(shown: TicketRow, now: datetime = NOW) -> str:
        with app.app_context():
            return lines((shown,), Shown(now))[0]

    first = line(ticket())
    assert "Ann" in first
    assert ">2 h</time>" in first
    assert ">3 h</time>" in line(ticket(), NOW + timedelta(hours=1))
    assert "Smith Ltd" in line(ticket(customer=CustomerRef("c", "Smith Ltd")))
    assert "&lt;b&gt;" in line(ticket(name="<b>"))
    with speaking("de"):
        assert "Offen" in line(ticket())
    assert line(ticket()) == first


def test_a_row_says_what_is_due_and_red_is_not_alone_in_it(app: Flask) -> None:
    due = replace(ticket(), due_place=NOW + timedelta(hours=2), due_for=Goal.FIRST_ANSWER)
    (row,) = rows((due,), Shown(NOW))
    assert row.due is not None
    assert (row.due.text, row.due.is_over) == ("due in 2 h", False)
    with app.test_request_context():
        (late,) = lines((due,), Shown(NOW + timedelta(hours=5)))
        (early,) = lines((due,), Shown(NOW))
    assert "overdue by 3 h" in late
    assert "due over" in late
    assert "due in 2 h" in early
    assert "due over" not in early
