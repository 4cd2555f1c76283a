import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mail.as_json import to_json
from gateway.mail.message import ParsedMail
from gateway.mail.parse import MAX_DEFECTS, MAX_DETECTED, parse
from gateway.store.filetypes import detect_type
from tests import pace

CORPUS = Path(__file__).parents[2] / "corpus"
MAILS = sorted(CORPUS.glob("*.eml"))
HEAD = (
    "From: Ann <ann@x.example>\r\nTo: help@desk.example\r\nSubject: x\r\n"
    "Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n"
)
PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n\n",
        b"\x00",
        b"\xff",
        b"--b",
        b"=?utf-8?b?",
        b'"',
        b"<",
        b"(",
        b";",
        b"> ",
        b"charset=utf-7\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"*0*=''%ff",
        b"<div><table>",
        b"&#xD800;",
        b"\x1b$B",
        b"begin 644 x\n",
    ]
)


def read(raw: str | bytes) -> ParsedMail:
    return parse(raw.encode() if isinstance(raw, str) else raw, detect_type=detect_type)


def agrees(found: object, expected: object) -> bool:
    """Whether all that is expected is found; what is not mentioned may be anything."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and agrees(found[key], expected[key]) for key in expected
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(agrees, found, expected))
    return found == expected


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_odd_mail_is_read_as_written_beside_it(path: Path) -> None:
    found = to_json(read(path.read_bytes()), file=path.name)
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert agrees(found, expected), {
        key: found[key] for key in expected if not agrees(found[key], expected[key])
    }


def test_there_is_a_corpus() -> None:
    assert len(MAILS) >= 150


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.binary(max_size=60) | PIECES, max_size=40).map(b"".join))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    mail = read(raw)
    json.dumps(to_json(mail, file="x"), ensure_ascii=False).encode()
    assert bool(mail.reply_text.strip()) == bool(mail.text.strip())
    assert "\0" not in mail.text + mail.subject + (mail.html or "")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(MAILS), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 20), PIECES), max_size=10)
)
def test_no_damage_to_a_mail_makes_it_raise(path: Path, damages: list[tuple[int, int, bytes]]) -> None:
    raw = bytearray(path.read_bytes())
    for at, length, piece in damages:
        raw[at : at + length] = piece
    mail = read(bytes(raw))
    json.dumps(to_json(mail, file="x"), ensure_ascii=False).encode()
    assert bool(mail.reply_text.strip()) == bool(mail.text.strip())


@pytest.mark.parametrize(
    "raw",
    [
        "To: " + "a, " * 20_000 + "\r\n\r\nx",
        "To: " + '"\\" ' * 15_000 + "\r\n\r\nx",
        "Subject: " + "=?utf-8?q?a?= " * 5_000 + "\r\n\r\nx",
        "X: y\r\nno field\r\n" * 30_000 + "\r\nx",
        "Content-Type: text/plain" + ';a="' * 15_000 + "\r\n\r\nx",
        HEAD + "Content-Type: text/html\r\n\r\n" + "<div>" * 100_000,
        HEAD + "Content-Type: text/html\r\n\r\n" + "<a href=x>" * 30_000,
        HEAD + "Content-Type: text/html\r\n\r\n" + "<" * 300_000,
        HEAD + "\r\n" + "-" * 300_000,
        HEAD + "\r\n" + "On 1 May 2024 x <a@b.example>\r\n" * 30_000,
        HEAD + "\r\n" + "From: x\r\n" * 50_000,
        HEAD + "Content-Type: multipart/mixed; boundary=a\r\n\r\n" + "\n--a" * 100_000,
        HEAD + "Content-Type: message/rfc822\r\n\r\n" * 5_000,
        "From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\n"
        + "could not deliver failed\r\n" * 20_000,
        "Subject: x" + " " * 60_000 + "y\r\n\r\nx",
        "To: " + '"\\' * 30_000 + "\r\n\r\nx",
        "To: " + "a" * 60_000 + "\r\n\r\nx",
        HEAD + "Content-Transfer-Encoding: base64\r\n\r\n" + "a=" * 3_000_000,
        HEAD + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + "= " * 3_000_000,
        HEAD + "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 15_000,
        HEAD
        + "Content-Type: multipart/report; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n" * 10_000,
    ],
    ids=range(21),
)
def test_hostile_sizes_cost_linear_time(raw: str) -> None:
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < pace.seconds(3)


def test_a_mail_without_an_own_sender_takes_the_sender_field() -> None:
    mail = read("Sender: Ann <ann@x.example>\r\n\r\nx")
    assert mail.from_ is not None
    assert mail.from_.address == "ann@x.example"
    assert mail.headers_of_interest.sender == mail.from_


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("From: Ann <ann@x.example>\r\nFrom: Eve <eve@x.example>\r\n", "ann@x.example"),
        (
            "From: Ann <ann@x.example>, Bob <bob@x.example>\r\nSender: Bob <bob@x.example>\r\n",
            "ann@x.example",
        ),
        ("From: nobody\r\nFrom: Ann <ann@x.example>\r\n", "ann@x.example"),
        ("From: Ann\r\nSender: Ann <ann@x.example>\r\n", "Ann"),
        ("From: Ann Lee\r\nSender: Ann <ann@x.example>\r\n", "ann@x.example"),
        ("From:\r\nSender: root\r\n", "root"),
        ("From: Team: Ann <ann@x.example>, bob@x.example;\r\n", "ann@x.example"),
        ("From: undisclosed-senders:;\r\nSender: ann@x.example\r\n", "ann@x.example"),
    ],
)
def test_who_wrote_is_the_first_who_can_be_written_to(header: str, address: str) -> None:
    mail = read(f"{header}\r\nx")
    assert mail.from_ is not None
    assert mail.from_.address == address


def test_repeated_senders_and_floods_of_recipients_are_named() -> None:
    assert "several From fields: the first sender counts" in read(HEAD + "From: b@x.example\r\n\r\nx").defects
    flood = "Cc: " + "a@x.example, " * 3000 + "\r\n"
    assert "too many addresses: not all of them were read" in read(HEAD + flood + "\r\nx").defects


def test_headers_that_rules_ask_for_are_kept() -> None:
    interest = read(
        HEAD + "Authentication-Results: mx; spf=pass\r\nPrecedence: Bulk\r\n"
        "Return-Path: <>\r\nAuto-Submitted: no\r\n"
        "List-Id: <x>\r\nList-Post: <mailto:Users@x.example?subject=hi>\r\n\r\nx"
    ).headers_of_interest
    assert interest.authentication_results == ("mx; spf=pass",)
    assert (interest.precedence, interest.return_path, interest.auto_submitted) == ("bulk", "", "no")
    assert interest.is_list
    assert interest.list_post == "Users@x.example"
    assert read(HEAD + "\r\nx").headers_of_interest.return_path is None


def test_defects_are_named_once_and_bounded() -> None:
    parts = "".join(f"--b\r\nContent-Transfer-Encoding: x-{n}\r\n\r\nx\r\n" for n in range(200))
    mail = read(HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + "--b--\r\n")
    assert len(mail.defects) == MAX_DEFECTS


def test_a_date_that_cannot_be_read_is_a_defect() -> None:
    assert "date cannot be read" in read("From: a@x.example\r\nDate: someday\r\n\r\nx").defects


def test_text_and_html_one_after_the_other_are_both_text() -> None:
    mail = read(
        HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<p>second</p>\r\n--b--\r\n"
    )
    assert mail.text.split() == ["first", "second"]
    assert mail.html is not None
    assert "first" in mail.html


def test_html_beyond_the_limits_is_shown_as_text() -> None:
    mail = read(HEAD + "Content-Type: text/html\r\n\r\n" + "<div>" * 5_000 + "kept")
    assert "kept" in mail.text
    assert "HTML is too large or too deep to be shown" in mail.defects


def test_of_very_many_files_not_all_are_looked_at_but_all_are_kept() -> None:
    file = "--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n"
    body = file * (MAX_DETECTED + 2) + "--b--\r\n"
    mail = read(HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body)
    assert [one.detected_type for one in mail.attachments[-3:]] == [
        "application/pdf",
        *["application/octet-stream"] * 2,
    ]
    assert "too many files: not all of their types were looked at" in mail.defects


def test_a_read_receipt_is_an_auto_reply() -> None:
    raw = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
    raw += "--b\r\n\r\nread\r\n--b--"
    assert read(HEAD + raw).auto == "auto-reply"
