"""The lines of replies."""

import pytest

from gateway.errors import Invalid, MalformedMessage, StorageFull, TooLarge, Unavailable
from gateway.inbound import replies
from gateway.store.intake import IntakeRef


def test_a_failure_is_told_in_fixed_words() -> None:
    told = replies.reply_to(Unavailable("SELECT x", detail="password"))
    assert told == "451 4.3.0 The service is temporarily unavailable. Please try again later."


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (TooLarge(), "552 5.3.4 "),
        (MalformedMessage(), "550 5.6.0 "),
        (StorageFull(), "452 4.3.1 "),
        (Invalid(), "501 "),
    ],
)
def test_each_failure_has_its_code(error: Invalid, start: str) -> None:
    assert replies.reply_to(error).startswith(start)


def test_the_promise_names_the_mail() -> None:
    assert replies.kept([IntakeRef(7, "abc"), IntakeRef(8, "def")]) == "250 2.0.0 Kept as abc"


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("250 OK", "250 2.0.0 OK"),
        ("503 Error: nested", "503 5.5.1 Error: nested"),
        ("250 2.1.0 fine", "250 2.1.0 fine"),
        ("354 go on", "354 go on"),
        ("250-SIZE 10", "250-SIZE 10"),
        ("599 odd", "599 odd"),
    ],
)
def test_an_enhanced_status_is_put_in_where_it_lacks(line: str, whole: str) -> None:
    assert replies.with_status(line) == whole
