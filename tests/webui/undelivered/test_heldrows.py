"""Held mails, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.store.holding import MOST_COUNTED
from gateway.store.queries.holding import HeldMailView
from webui.undelivered.heldrows import HeldMail, done, held_mail

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELD = HeldMailView(
    article="r1",
    ticket=7,
    subject="Printer",
    author="ann",
    recipient="bob@x.example",
    reason="recipient_hour:30",
    held_at=NOW - timedelta(hours=2),
)


def section(*views: HeldMailView, count: int = 1) -> HeldMail:
    return held_mail(views, count, {"ann": "Ann Berger"}, NOW, may_release=True)


def test_a_row_says_who_what_to_whom_and_why() -> None:
    (row,) = section(HELD).rows
    assert (row.author, row.subject, row.ticket, row.recipient) == (
        "Ann Berger",
        "Printer",
        7,
        "bob@x.example",
    )
    assert (row.reason, row.ago) == ("More than 30 mails to this address in an hour", "2 h")
    assert not row.has_others


def test_a_machines_mail_without_a_subject_is_named() -> None:
    (row,) = section(replace(HELD, author=None, subject="")).rows
    assert (row.author, row.subject) == ("Automatic message", "(no subject)")


def test_several_to_one_address_are_seen_as_such() -> None:
    shown = section(HELD, replace(HELD, article="r2"), replace(HELD, recipient="c@x.example"))
    assert [row.has_others for row in shown.rows] == [True, True, False]


@pytest.mark.parametrize(("count", "words"), [(1, "1"), (MOST_COUNTED, "9999"), (MOST_COUNTED + 1, "9999+")])
def test_counting_ends_somewhere(count: int, words: str) -> None:
    assert section(HELD, count=count).count == words


def test_what_was_just_done_is_said() -> None:
    assert done({"released": "1"}).startswith("1 mail released")
    assert done({"released": "500"}).startswith("500 mails released")
    assert done({"discarded": "1"}).startswith("1 mail discarded")
    assert done({"discarded": "2"}).startswith("2 mails discarded")
    assert [done(odd) for odd in ({}, {"released": "x"}, {"discarded": "1" * 7})] == [""] * 3
