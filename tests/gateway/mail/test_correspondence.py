"""Mails as a person's program writes them, read back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile
from gateway.mail.correspondence import Writing, answer, answer_subject, answer_to, new_mail
from gateway.mail.message import Auto, ParsedMail
from gateway.mail.parse import parse

ANN = Address("Ann Doe", "ann@customer.example")
DESK = Address("Desk", "help@desk.example")
WRITING = Writing(ANN, "It smokes.\n\nAnn", datetime(2026, 3, 1, 9, tzinfo=UTC), "1@customer.example", "en")


def read(raw: bytes) -> ParsedMail:
    return parse(raw, detect_type=lambda _: "")


def original() -> ParsedMail:
    mail = read(new_mail(WRITING, to=DESK, subject="Printer").raw)
    return replace(mail, references=("0@customer.example",), text="Old words.")


def test_a_new_mail_says_who_whom_and_what() -> None:
    letter = new_mail(
        replace(WRITING, files=(OutgoingFile("a.bin", "application/x-a", b"\0\1"),)), to=DESK, subject="Ärger"
    )
    mail = read(letter.raw)
    assert (letter.rcpt_to, mail.from_, mail.to, mail.subject) == (DESK.address, ANN, (DESK,), "Ärger")
    assert mail.text == "It smokes.\n\nAnn"
    assert [(file.filename, file.content) for file in mail.attachments] == [("a.bin", b"\0\1")]
    assert mail.auto is None


def test_an_answer_goes_where_the_mail_wants_it() -> None:
    token = Address("Desk", "reply+1.x@desk.example")
    assert answer_to(replace(original(), from_=DESK)) == DESK
    assert answer(WRITING, replace(original(), reply_to=(token,))).rcpt_to == token.address
    assert answer_to(replace(original(), from_=None)) == Address("", "")


def test_an_answer_is_threaded_and_quotes_below() -> None:
    mail = read(answer(replace(WRITING, message_id="2@customer.example"), original()).raw)
    assert mail.in_reply_to == ("1@customer.example",)
    assert mail.references == ("0@customer.example", "1@customer.example")
    assert mail.reply_text == "It smokes.\n\nAnn"
    assert "> Old words." in mail.text


def test_a_machines_answer_says_so() -> None:
    mail = read(answer(replace(WRITING, is_automatic=True), original()).raw)
    assert mail.auto is Auto.AUTO_REPLY


@pytest.mark.parametrize(
    ("subject", "locale", "answered"),
    [
        ("Printer", "en", "Re: Printer"),
        ("Drucker", "de", "AW: Drucker"),
        ("Re: Drucker", "de", "Re: Drucker"),
        ("AW: x", "en", "AW: x"),
        ("Reise", "de", "AW: Reise"),
    ],
)
def test_a_subject_gets_one_mark_of_an_answer(subject: str, locale: str, answered: str) -> None:
    assert answer_subject(subject, locale=locale) == answered
