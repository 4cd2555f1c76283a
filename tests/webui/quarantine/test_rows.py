"""What waits in quarantine, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.mail.address import Address
from gateway.rules.doubts import Reason
from gateway.store.queries.quarantine import HeldView
from webui.quarantine.rows import done, rows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELD = HeldView(
    public_id="a" * 24,
    reason=Reason.STORM,
    from_=Address("Robot", "robot@x.example"),
    subject="Alert",
    snippet="Disk full",
    arrived_at=NOW - timedelta(hours=2),
    size_bytes=2048,
    ticket=7,
    outcome="",
)


def test_a_row_says_who_wrote_what_and_why_it_waits() -> None:
    (row,) = rows([HELD], NOW)
    assert (row.name, row.address, row.subject, row.snippet) == (
        "Robot",
        "robot@x.example",
        "Alert",
        "Disk full",
    )
    assert (row.reason, row.ticket, row.size, row.ago) == (
        "Storm: too many mails of one sender",
        7,
        "2.0 kB",
        "2 h",
    )
    assert not row.has_others


def test_what_is_missing_is_said_in_words() -> None:
    (row,) = rows([replace(HELD, from_=Address("", ""), subject="")], NOW)
    assert (row.name, row.address, row.subject) == ("unknown sender", "", "(no subject)")
    (row,) = rows([replace(HELD, from_=Address("", "a@x.example"))], NOW)
    assert (row.name, row.address) == ("a@x.example", "")


def test_others_are_those_of_the_same_sender_for_the_same_reason() -> None:
    other = replace(HELD, from_=Address("", "other@x.example"))
    loop = replace(HELD, reason=Reason.LOOP)
    assert [row.has_others for row in rows([HELD, HELD, other, loop], NOW)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, ""),
        ({"released": "1"}, "Released."),
        ({"dismissed": "1"}, "1 mail dismissed."),
        ({"dismissed": "40"}, "40 mails dismissed."),
        ({"dismissed": "<b>"}, ""),
        ({"dismissed": "9" * 100}, ""),
    ],
)
def test_what_was_done_is_said(arguments: dict[str, str], said: str) -> None:
    assert done(arguments).startswith(said)
    assert bool(done(arguments)) is bool(said)
