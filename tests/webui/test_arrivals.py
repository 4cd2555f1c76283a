"""What a look whether mail arrives has found, as pages show it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from gateway.desk.deliverability import Looked
from gateway.desk.mailboxes import MailboxView
from gateway.rules.deliverability import Dkim, Dmarc, Encryption, Facts, Ptr, Sending, Spf
from webui import arrivals

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOX = MailboxView(1, "b", "help@ours.example", "in-x@desk.localhost", "")
FACTS = Facts(
    Sending.SENT,
    Encryption.VERIFIED,
    "250 ok",
    "192.0.2.1",
    Spf.FORBIDDEN,
    Dkim.ACTIVE,
    Dmarc.WATCHED,
    Ptr.MISSING,
)


def test_before_the_first_look_is_done_there_is_nothing(app: Flask) -> None:
    with app.test_request_context():
        assert arrivals.shown(None, BOX, NOON) is None
        assert arrivals.shown(Looked(None, NOON, None), BOX, NOON) is None


def test_each_check_has_its_light_and_the_same_in_a_word(app: Flask) -> None:
    with app.test_request_context():
        found = arrivals.shown(Looked(FACTS, NOON, NOON), BOX, NOON)
    assert found is not None
    assert {line.name: (line.light, line.state) for line in found.lines}["SPF"] == ("bad", "wrong")
    assert {(line.light, line.state) for line in found.lines} == {
        ("ok", "good"),
        ("wait", "to improve"),
        ("bad", "wrong"),
    }
    assert not found.is_away


@pytest.mark.parametrize(("minutes", "is_away"), [(1, True), (6, False)])
def test_a_mail_is_awaited_for_some_minutes(app: Flask, minutes: int, *, is_away: bool) -> None:
    with app.test_request_context():
        found = arrivals.shown(Looked(FACTS, NOON, None), BOX, NOON + timedelta(minutes=minutes))
    assert found is not None
    assert found.is_away is is_away


def test_that_one_has_to_wait_is_said_where_the_address_says_so(app: Flask) -> None:
    with app.test_request_context():
        assert "less than a minute ago" in arrivals.too_soon({arrivals.SOON: "1"})
        assert arrivals.too_soon({}) == ""
