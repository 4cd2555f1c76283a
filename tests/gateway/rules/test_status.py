"""The states of a ticket."""

import pytest

from gateway.rules.status import OPEN_STATUSES, Status, after_inbound, after_merge, after_reply, may_become


def test_people_may_choose_every_state_but_new() -> None:
    assert {status for status in Status if may_become(status)} == set(Status) - {Status.NEW}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.NEW, Status.NEW),
        (Status.OPEN, Status.OPEN),
        (Status.PENDING, Status.OPEN),
        (Status.CLOSED, Status.OPEN),
        (Status.SPAM, Status.SPAM),
    ],
)
def test_a_mail_brings_closed_and_waiting_tickets_back(before: Status, after: Status) -> None:
    assert after_inbound(before) is after


@pytest.mark.parametrize("status", Status)
def test_an_answer_only_ends_being_new(status: Status) -> None:
    assert after_reply(status) is (Status.OPEN if status is Status.NEW else status)


def test_closed_and_spam_are_not_open() -> None:
    assert set(Status) - set(OPEN_STATUSES) == {Status.CLOSED, Status.SPAM}


@pytest.mark.parametrize(
    ("source", "target", "then"),
    [
        (Status.OPEN, Status.CLOSED, Status.OPEN),
        (Status.NEW, Status.PENDING, Status.OPEN),
        (Status.NEW, Status.NEW, Status.NEW),
        (Status.CLOSED, Status.OPEN, Status.OPEN),
        (Status.PENDING, Status.CLOSED, Status.CLOSED),
        (Status.SPAM, Status.CLOSED, Status.CLOSED),
    ],
)
def test_what_somebody_waits_for_stays_open_when_tickets_are_merged(
    source: Status, target: Status, then: Status
) -> None:
    assert after_merge(source, target) is then
