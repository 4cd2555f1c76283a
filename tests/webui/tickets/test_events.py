"""Lines of the timeline in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.store.queries.articles import EventView
from gateway.store.tickets import EventKind
from webui.tickets.events import in_words, merged_numbers

AT = datetime(2026, 11, 24, tzinfo=UTC)
NAMES = {"ann": "Ann Berger", "bob": "Bob"}


def words(kind: str, by: str | None = "ann", **data: Any) -> str:
    return in_words(EventView(kind, AT, by, data), NAMES)


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("status", {"from": "new", "to": "closed"}, "Ann Berger set it to “Closed”"),
        ("assigned", {"to": "bob"}, "Ann Berger assigned it to Bob"),
        ("assigned", {"to": None}, "Ann Berger took the assignment away"),
        (
            "assigned",
            {"to": "bob", "of": "ann", "why": "away"},
            "It went to Bob, who stands in for Ann Berger",
        ),
        (
            "assigned",
            {"to": None, "of": "bob", "why": "away"},
            "Bob is away and nobody stands in: the ticket is nobody’s now",
        ),
        (
            "assigned",
            {"to": None, "of": "cleo", "why": "left"},
            "cleo does not work here any more: the ticket is nobody’s now",
        ),
        ("subject", {"from": "Old", "to": "New"}, "Ann Berger changed the subject from “Old”"),
        ("tags", {"to": ["a", "b"]}, "Ann Berger set the tags: a, b"),
        ("customer", {"to": "Smith"}, "Ann Berger put it under Smith"),
        ("customer", {"to": None}, "Ann Berger took it from its customer"),
        ("merged", {"from": 7}, "Ann Berger merged #7 into this ticket"),
        ("split_off", {"number": 7}, "Ann Berger made #7 a ticket of its own again"),
        ("withdrawn", {}, "Ann Berger took a message back before it left"),
        ("sent_now", {}, "Ann Berger sent a waiting message at once"),
        ("resent", {"recipient": "a@x"}, "Ann Berger sent the message to a@x again"),
        (
            "failure_dismissed",
            {"recipient": "a@x"},
            "Ann Berger noted that the message to a@x did not arrive",
        ),
        (
            "held_released",
            {"recipient": "a@x"},
            "Ann Berger released the message to a@x, which was held back",
        ),
        (
            "held_discarded",
            {"recipient": "a@x"},
            "Ann Berger discarded the message to a@x, which was held back",
        ),
        (
            "status",
            {"to": "open", "why": "not_delivered"},
            "Now “Open”, because a message was not delivered",
        ),
        ("same_mail_again", {}, "The same mail came in again; it is kept once"),
        ("unreadable", {}, "This mail could not be read; the original is attached"),
    ],
)
def test_an_event_is_a_sentence(kind: str, data: dict[str, Any], said: str) -> None:
    assert words(kind, **data) == said


def test_a_state_changed_by_nobody_was_changed_by_a_mail() -> None:
    assert words("status", None, to="open") == "Now “Open”, by a new message"


REMOTE: dict[str, Any] = {
    "why": "host-ended",
    "way": "client",
    "scopes": ["view", "control"],
    "from": "2026-03-02T11:48:00+00:00",
    "opened": True,
    "logins": ["bob", "gone"],
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "with Bob, gone, "),
        ({}, ", with the program: see the screen, use mouse and keyboard; ended by the customer"),
        ({"logins": []}, "with nobody of us, "),
        ({"from": None, "why": "refused"}, "consent: refused by the customer"),
        ({"from": None, "opened": False, "why": "expired"}, "nobody opened the link"),
        ({"from": None, "opened": False, "why": "not-me"}, "that was not me"),
        ({"way": "system", "system": "Server 01"}, ", by the program installed on Server 01: see"),
        ({"way": "system"}, ", by the installed program: see"),
        (
            {"from": None, "opened": False, "why": "expired", "system": "Server 01"},
            "Server 01 did not come online in time",
        ),
    ],
)
def test_a_remote_session_is_told_with_who_how_and_why(changed: dict[str, Any], said: str) -> None:
    assert said in words("remote", **(REMOTE | changed))


def test_a_program_acts_as_the_system() -> None:
    assert words("assigned", None, to="bob") == "The system assigned it to Bob"


@pytest.mark.parametrize("state", ["queued", "sent", "deferred"])
def test_what_stands_below_the_reply_is_not_told_twice(state: str) -> None:
    assert words("delivery", None, state=state, recipient="a@b.example") == ""


def test_a_lost_message_is_told_when_it_happens() -> None:
    assert "could not be delivered" in words("delivery", None, state="failed", recipient="a@b.example")
    assert "came back" in words("delivery", None, state="bounced", recipient="a@b.example")


@pytest.mark.parametrize("kind", list(EventKind))
def test_odd_data_breaks_no_page(kind: str) -> None:
    assert isinstance(words(kind), str)


def test_an_unknown_kind_is_left_out() -> None:
    assert words("from_the_future") == ""


def test_what_was_merged_is_part_of_the_ticket_until_it_is_split_off() -> None:
    told = [
        EventView("merged", AT, None, {"from": 7}),
        EventView("merged", AT, None, {"from": 8}),
        EventView("split_off", AT, None, {"number": 7}),
    ]
    assert merged_numbers(told) == {8}
    assert merged_numbers([*told, EventView("merged", AT, None, {"from": 7})]) == {7, 8}
