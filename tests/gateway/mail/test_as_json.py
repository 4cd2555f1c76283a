import json
from dataclasses import replace

from gateway.mail.as_json import to_json
from gateway.mail.message import Bounce
from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type

FIELDS = [
    *[
        "file",
        "message_id",
        "in_reply_to",
        "references",
        "from",
        "reply_to",
        "to",
        "cc",
        "date",
        "subject",
        "text",
    ],
    *["html", "reply_text", "attachments", "auto", "bounce", "defects"],
]
ATTACHMENT = ["filename", "content_type", "detected_type", "size", "sha256", "inline", "content_id"]
RAW = (
    b"From: Ann <ann@x.example>\r\nTo: help@desk.example\r\nDate: Mon, 3 Jun 2024 10:00:00 +0200\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)


def test_an_empty_mail_has_every_field() -> None:
    printed = to_json(parse(b"", detect_type=detect_type), file="x.eml")
    assert list(printed) == FIELDS
    assert printed["file"] == "x.eml"
    assert (printed["from"], printed["date"], printed["html"], printed["auto"], printed["bounce"]) == (
        None,
    ) * 5
    assert (printed["to"], printed["text"]) == ([], "")


def test_values_are_printed_as_the_contract_says() -> None:
    printed = to_json(parse(RAW, detect_type=detect_type), file="x")
    assert printed["date"] == "2024-06-03T08:00:00Z"
    assert printed["from"] == {"name": "Ann", "address": "ann@x.example"}
    assert printed["to"] == [{"name": "", "address": "help@desk.example"}]
    attachments = printed["attachments"]
    assert isinstance(attachments, list)
    assert list(attachments[0]) == ATTACHMENT
    json.dumps(printed)


def test_a_bounce_is_printed_with_the_names_of_rfc_3464() -> None:
    mail = replace(
        parse(RAW, detect_type=detect_type), bounce=Bounce("b@x.example", "5.1.1", "failed", "no", "one@x")
    )
    assert to_json(mail, file="x")["bounce"] == {
        "recipient": "b@x.example",
        "status": "5.1.1",
        "action": "failed",
        "diagnostic": "no",
        "original_message_id": "one@x",
    }


def test_years_before_1000_keep_four_digits() -> None:
    mail = parse(RAW.replace(b"3 Jun 2024", b"3 Jun 0999"), detect_type=detect_type)
    assert to_json(mail, file="x")["date"] == "0999-06-03T08:00:00Z"
