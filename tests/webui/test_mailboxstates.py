"""How a mailbox fares, in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.desk.imapsources import SourceView
from gateway.desk.mailboxes import MailboxView
from gateway.rules.heartbeat import Pulse
from gateway.store.imap import SourceState, WhenDone
from gateway.store.queries.mailboxes import Heartbeat
from gateway.store.servers import Auth, Security
from webui import mailboxstates

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SILENT = Pulse(NOW - timedelta(hours=24), timedelta(hours=24), None)


def beat(**values: Any) -> Heartbeat:
    known: dict[str, Any] = {
        "last_mail_at": None,
        "imap": None,
        "checked_at": None,
        "error": "",
        "error_code": "",
        "pulse": Pulse(NOW, timedelta(hours=24), None),
        "token_expires_at": None,
    }
    return Heartbeat(public_id="b", address="help@ours.example", **(known | values))


def view(state: SourceState, trial: dict[str, Any] | None = None) -> SourceView:
    return SourceView(
        public_id="s",
        mailbox_id="b",
        host="imap.example.org",
        port=993,
        security=Security.TLS,
        auth=Auth.PASSWORD,
        username="help",
        token_url="",
        client_id="",
        folders=("INBOX",),
        when_done=WhenDone.SEEN,
        move_to="",
        imports_old=False,
        state=state,
        trial=trial,
        connected_at=None,
    )


@pytest.mark.parametrize(
    ("known", "light", "state"),
    [
        ({}, "wait", "Waits for its first mail"),
        ({"last_mail_at": NOW}, "ok", "Mail arrives"),
        ({"imap": SourceState.TRIAL}, "wait", "Counting the mails there …"),
        ({"imap": SourceState.TRIAL, "checked_at": NOW}, "wait", "Connected; you decide what is fetched"),
        ({"imap": SourceState.ACTIVE}, "ok", "Mail is fetched"),
        ({"imap": SourceState.PAUSED}, "wait", "Paused: nothing is fetched"),
        ({"imap": SourceState.ACTIVE, "error": "No."}, "bad", "Cannot be fetched"),
        ({"pulse": SILENT}, "bad", "Silent: no mail for longer than you expect"),
        ({"pulse": SILENT, "imap": SourceState.ACTIVE}, "bad", "Silent: no mail for longer than you expect"),
        ({"pulse": SILENT, "imap": SourceState.PAUSED}, "wait", "Paused: nothing is fetched"),
        ({"pulse": SILENT, "imap": SourceState.ACTIVE, "error": "No."}, "bad", "Cannot be fetched"),
    ],
)
def test_a_light_and_a_word(known: dict[str, Any], light: str, state: str) -> None:
    shown = mailboxstates.pulse(beat(**known), NOW)
    assert (shown.light, shown.state) == (light, state)


@pytest.mark.parametrize(
    ("known", "word"),
    [
        ({}, ""),
        ({"pulse": SILENT}, "still forwards it"),
        ({"pulse": SILENT, "imap": SourceState.ACTIVE}, "which folder"),
        ({"pulse": SILENT, "imap": SourceState.PAUSED}, ""),
        ({"pulse": SILENT, "error": "No."}, ""),
    ],
)
def test_who_misses_mail_reads_what_to_do(known: dict[str, Any], word: str) -> None:
    advice = mailboxstates.pulse(beat(**known), NOW).advice
    assert word in advice
    assert bool(word) is bool(advice)


@pytest.mark.parametrize(
    ("state", "trial", "paths"),
    [
        (SourceState.TRIAL, None, ["disconnect"]),
        (SourceState.TRIAL, {"mails": 1, "threads": 1}, ["start", "start", "disconnect"]),
        (SourceState.ACTIVE, None, ["resume", "pause", "disconnect"]),
        (SourceState.PAUSED, None, ["resume", "disconnect"]),
    ],
)
def test_what_can_be_done_next(state: SourceState, trial: dict[str, Any] | None, paths: list[str]) -> None:
    assert [button.path for button in mailboxstates.source(view(state, trial)).buttons] == paths


def test_a_trial_says_what_an_import_would_bring_and_send() -> None:
    found = mailboxstates.source(view(SourceState.TRIAL, {"mails": 1, "threads": 1})).found
    assert found == "1 mail in 1 conversation; 0 mails will be sent"


def test_a_list_shows_that_mail_does_not_leave() -> None:
    box = MailboxView(1, "b", "help@ours.example", "in-1@desk.example", "")
    line = mailboxstates.line(box, beat(last_mail_at=NOW, sending_error="No."), NOW)
    assert (line.light, line.state) == ("bad", "Cannot send")
    worse = mailboxstates.line(box, beat(imap=SourceState.ACTIVE, error="No.", sending_error="No."), NOW)
    assert worse.state == "Cannot be fetched"
