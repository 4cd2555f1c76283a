import pytest

from gateway.mail.bouncetext import Told, reason_status, report_part, status_told, told_by

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "recipient", "status"),
    [
        (
            "Hi. This is the qmail-send program.\n\n<bob@x.example>:\nno mailbox here (#5.1.1)\n",
            "bob@x.example",
            "5.1.1",
        ),
        ("<bob@x.example>: host mx said: 552 Quota exceeded\n", "bob@x.example", "5.2.2"),
        (
            "The following address failed:\n\n  bob@x.example\n    Unrouteable address\n",
            "bob@x.example",
            "5.1.2",
        ),
        (
            "did not reach the following recipient(s):\n\nbob@x.example on Mon\n  Unknown recipient",
            "bob@x.example",
            "5.1.1",
        ),
        ("Unknown user: bob@x.example\n", "bob@x.example", "5.1.1"),
        ("550 <bob@x.example>... User unknown\n", "bob@x.example", "5.1.1"),
        ("error delivering your mail to <bob@x.example>.\n\n554 5.7.9 policy", "bob@x.example", "5.7.9"),
        ("user mailbox is full: bob@x.example", "bob@x.example", "5.2.2"),
        ("> <bob@x.example>:\n> 451 timed out", "bob@x.example", "4.4.1"),
        ("it said 550 nothing to bob@x.example", "bob@x.example", "5.0.0"),
        ("Ihr Postfach ist voll: <bob@x.example>", "bob@x.example", "5.2.2"),
    ],
)
def test_prose_tells_whom_and_why(text: str, recipient: str, status: str) -> None:
    told = told_by(text, not_these=NOBODY)
    assert (told.recipient, told.status) == (recipient, status)


def test_the_reports_own_addresses_are_passed_over_if_there_is_another() -> None:
    text = "To: me@x.example\n\nuser unknown: bob@x.example"
    assert told_by(text, not_these=frozenset({"me@x.example"})).recipient == "bob@x.example"
    assert (
        told_by("<me@x.example>: unknown", not_these=frozenset({"me@x.example"})).recipient == "me@x.example"
    )


def test_prose_about_nothing_tells_nothing() -> None:
    assert told_by("hello there", not_these=NOBODY) == Told("", "", "hello there")


def test_the_returned_mail_is_no_part_of_the_report() -> None:
    text = "<bob@x.example>: unknown\n\n--- Below this line is a copy of the message.\n\nTo: eve@x.example"
    assert "eve" not in report_part(text)


def test_a_temporary_reply_makes_the_reason_temporary() -> None:
    assert status_told("452 mailbox full") == "4.2.2"
    assert status_told("552 mailbox full") == "5.2.2"
    assert status_told("all is well") == ""


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("account disabled", "5.2.1"),
        ("message too large", "5.3.4"),
        ("blocked as spam", "5.7.1"),
        ("hello", ""),
    ],
)
def test_words_have_a_status(words: str, status: str) -> None:
    assert reason_status(words) == status


def test_the_diagnostic_is_one_line_around_the_failure() -> None:
    text = "<bob@x.example>:\n550 5.1.1 no such user\n\nplease do not answer"
    assert told_by(text, not_these=NOBODY).diagnostic == "<bob@x.example>: 550 5.1.1 no such user"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<bob@x.example>: has been delayed", "4.4.7"),
        ("<bob@x.example>: mailbox full, we will keep trying", "4.2.2"),
        ("<bob@x.example>: 452 mailbox full, delivery attempts will continue", "4.2.2"),
        ("<bob@x.example>: delivery has been delayed, now we are giving up: mailbox full", "5.2.2"),
    ],
)
def test_a_server_that_still_tries_tells_of_a_delay(text: str, status: str) -> None:
    assert told_by(text, not_these=NOBODY).status == status


def test_whom_a_message_is_from_is_not_whom_it_did_not_reach() -> None:
    text = "Message from ann@x.example to bob@y.example was refused."
    assert told_by(text, not_these=NOBODY).recipient == "bob@y.example"


def test_an_address_that_another_was_made_from_is_the_recipient() -> None:
    text = "an undisclosed address\n(generated from bob@y.example)\nMailbox full."
    assert told_by(text, not_these=NOBODY).recipient == "bob@y.example"
