"""Mails that did not arrive, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.store.queries.failures import FailedView
from webui.undelivered.rows import Row, done, rows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FAILED = FailedView(
    article="r1",
    ticket=7,
    subject="Printer",
    author="ann",
    recipient="bob@x.example",
    state="failed",
    answer="550 5.1.1 unknown",
    failed_at=NOW - timedelta(hours=2),
)


def row(view: FailedView) -> Row:
    return rows([view], {"ann": "Ann Berger"}, NOW)[0]


def test_a_row_says_who_what_to_whom_and_what_to_do() -> None:
    shown = row(FAILED)
    assert (shown.author, shown.subject, shown.ticket) == ("Ann Berger", "Printer", 7)
    assert (shown.what, shown.recipient, shown.ago) == ("Not delivered to", "bob@x.example", "2 h")
    assert shown.answer == "550 5.1.1 unknown"
    assert shown.step.startswith("There is no such address")
    assert shown.can_change


def test_only_where_there_is_no_such_address_changing_it_comes_first() -> None:
    assert row(FAILED).is_to_change
    assert not row(replace(FAILED, answer="552 5.2.2 Mailbox full")).is_to_change
    assert not row(replace(FAILED, author=None)).is_to_change


def test_what_came_back_says_so() -> None:
    assert row(replace(FAILED, state="bounced")).what == "Came back from"


def test_a_machines_mail_has_no_author_who_could_change_it() -> None:
    shown = row(replace(FAILED, author=None, subject=""))
    assert (shown.author, shown.subject, shown.can_change) == ("Automatic message", "(no subject)", False)


def test_what_was_just_done_is_said() -> None:
    assert done({"resent": "1"}).startswith("It is being sent again")
    assert done({"dismissed": "1"}).startswith("Dismissed")
    assert done({}) == ""
