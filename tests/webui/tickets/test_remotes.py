"""The sessions of a ticket in words: while they run, and when they are over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.rules.remote import Scope, State, Way, Why
from gateway.rules.systems import Presence
from gateway.store.queries.remote import RemoteView, SystemRef
from webui.tickets import remotes
from webui.tickets.remotes import Line

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAITING = RemoteView(
    id=1,
    public_id="one",
    number=1,
    subject="Printer",
    customer="",
    made_by="sam",
    asked=(Scope.VIEW, Scope.CONTROL),
    granted=(),
    state=State.WAITING,
    way=None,
    relay_url=None,
    code_expires_at=NOON + timedelta(minutes=10),
    made_at=NOON,
    expires_at=NOON + timedelta(days=1),
    opened_at=None,
    consented_at=None,
    ended_at=None,
    why=None,
    visits=(),
)
LIVE = replace(
    WAITING, state=State.LIVE, granted=(Scope.VIEW,), way=Way.CLIENT, opened_at=NOON, consented_at=NOON
)


def line(seen: RemoteView, code: str = "") -> Line:
    return remotes.lines([seen], {"one": code}, {"sam": "Sam Smith"}, NOON)[0]


def test_one_that_waits_has_its_digits_and_what_was_asked() -> None:
    told = line(WAITING, "123456789")
    assert (told.code, told.word, told.who) == ("123 456 789", "Waiting for the customer", "Sam Smith")
    assert told.scopes == "see the screen, use mouse and keyboard"
    assert (told.is_on, told.is_open, told.detail) == (True, True, "")
    assert told.code_until is not None
    assert line(WAITING).code_until is None


def test_one_that_runs_has_what_was_granted() -> None:
    told = line(LIVE)
    assert (told.word, told.scopes, told.is_open) == ("Connected", "see the screen", False)


def test_one_that_is_over_says_how_it_ended_and_comes_last() -> None:
    over = replace(LIVE, public_id="two", state=State.ENDED, why=Why.RELAY, ended_at=NOON)
    told = remotes.lines([over, WAITING], {}, {}, NOON)
    assert [(one.public_id, one.is_on, one.detail) for one in told] == [
        ("one", True, ""),
        ("two", False, "1 minute · with the program · the relay was stopped"),
    ]


def test_a_system_that_has_not_come_is_told_of_as_it_is() -> None:
    away = SystemRef("server", "Server 01", Presence(None, NOON))
    told = line(replace(WAITING, system=away, code_expires_at=None, expires_at=NOON + timedelta(hours=1)))
    assert (told.word, told.is_open, told.code) == ("Waiting for Server 01", False, "")
    assert "offline" in told.hint
    assert "2 Mar 2026, 13:00" in told.hint
    there = replace(away, presence=Presence("wss://relay.example", NOON))
    assert line(replace(WAITING, system=there)).hint == "It is online and is being asked."
    assert [line(replace(one, system=there)).hint for one in (LIVE, replace(LIVE, state=State.ENDED))] == [
        "",
        "",
    ]
    assert line(WAITING).hint == ""
