"""A mail as bytes: read back by a strict reader, it says what was meant, and goes through every server."""

import email
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.mail import headerlines
from gateway.mail.address import Address
from gateway.mail.compose import (
    OutgoingFile,
    OutgoingMail,
    compose,
    is_writable_content_id,
    needs_smtputf8,
    writable_type,
)
from gateway.mail.parse import parse

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAIN = OutgoingMail(
    message_id="m.abc.def@desk.example",
    date=NOON,
    from_=Address("Support", "support@desk.example"),
    to=(Address("Ann", "ann@example.org"),),
    subject="Printer",
    text="Hello Ann",
)
PICTURE = OutgoingFile("shot.png", "image/png", b"\x89PNG", inline=True, content_id="shot@desk.example")


def read(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(compose(mail), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def test_a_plain_mail_says_what_was_meant() -> None:
    message = read(
        replace(PLAIN, cc=(Address("", "c@example.org"),), reply_to=(Address("", "r@desk.example"),))
    )
    assert {name: str(message[name]) for name in ("From", "To", "Cc", "Reply-To", "Subject")} == {
        "From": "Support <support@desk.example>",
        "To": "Ann <ann@example.org>",
        "Cc": "c@example.org",
        "Reply-To": "r@desk.example",
        "Subject": "Printer",
    }
    assert message["Message-ID"] == "<m.abc.def@desk.example>"
    assert message["Date"].datetime == NOON
    assert message.get_content() == "Hello Ann\r\n"
    assert "Auto-Submitted" not in message
    assert "Bcc" not in message


def test_an_automatic_mail_is_marked() -> None:
    marked, plain = read(replace(PLAIN, auto_submitted="auto-replied")), read(PLAIN)
    assert marked["Auto-Submitted"] == "auto-replied"
    assert (marked["X-Auto-Response-Suppress"], marked["Precedence"]) == ("All", "bulk")
    assert marked["X-Loop"] == PLAIN.from_.address
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop"} & set(plain)


def test_the_same_mail_is_the_same_bytes() -> None:
    mail = replace(PLAIN, html="<p>x</p>", attachments=(PICTURE,))
    assert compose(mail) == compose(mail)


def test_a_mail_to_hidden_recipients_alone_names_none() -> None:
    raw = compose(replace(PLAIN, to=()))
    assert b"To: undisclosed-recipients:;\r\n" in raw


def test_a_mail_to_cc_alone_has_no_to() -> None:
    assert "To" not in read(replace(PLAIN, to=(), cc=PLAIN.to))


def test_text_and_html_are_alternatives_and_files_stand_beside_them() -> None:
    letter = OutgoingFile("Übersicht März.pdf", "application/pdf", b"%PDF")
    message = read(replace(PLAIN, html='<img src="cid:shot@desk.example">', attachments=(letter, PICTURE)))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert [part.get_filename() for part in message.iter_attachments()] == ["Übersicht März.pdf"]
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<shot@desk.example>"
    assert picture.get_content_disposition() == "inline"


def test_an_inline_file_without_html_is_an_attachment() -> None:
    (part,) = read(replace(PLAIN, attachments=(PICTURE,))).iter_attachments()
    assert part.get_content_disposition() == "attachment"


@given(st.binary(max_size=2000), st.sampled_from(["text/plain", "text/csv; charset=x", "message/global", ""]))
def test_a_file_arrives_byte_for_byte(content: bytes, content_type: str) -> None:
    (part,) = read(
        replace(PLAIN, attachments=(OutgoingFile("a.bin", content_type, content),))
    ).iter_attachments()
    assert part.get_payload(decode=True) == content


@pytest.mark.parametrize("ending", [b"\r\n", b"last line\r\n", b"x" * 998 + b"\r\n", b"--=_\r\n\r\n\r\n"])
def test_an_attached_mail_is_a_mail_byte_for_byte(ending: bytes) -> None:
    content = b"Subject: x\r\nX-Odd:\tfolded\r\n  here\r\n\r\n.\r\nFrom here\r\n" + ending
    raw = compose(replace(PLAIN, attachments=(OutgoingFile("a.eml", "Message/RFC822", content), PICTURE)))
    assert b"Content-Type: message/rfc822\r\n" in raw
    (found, _picture) = parse(raw, detect_type=lambda _: "").attachments
    assert (found.content_type, found.filename, found.content) == ("message/rfc822", "a.eml", content)
    (part, _other) = email.message_from_bytes(raw, policy=policy.default).iter_attachments()
    assert part.get_content().get_content().encode() == content.split(b"\r\n\r\n", 1)[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Subject: x\n\nbare line feeds\n",
        b"Subject: x\r\n\r\nno end",
        b"Subject: x\r\n\r\na\rb\r\n",
        b"Subject: x\r\n\r\n\0\r\n",
        "Subject: ü\r\n\r\n".encode(),
        b"x" * 999 + b"\r\n",
    ],
)
def test_an_attached_mail_that_some_server_would_rewrite_is_sent_as_plain_bytes(content: bytes) -> None:
    eml = OutgoingFile("a.eml", "message/rfc822", content)
    (part,) = read(replace(PLAIN, attachments=(eml,))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == content


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("text/plain", "text/plain"),
        ("a/ü", "application/octet-stream"),
        ("x y/z", "application/octet-stream"),
    ],
)
def test_a_type_that_no_mail_may_say_is_plain_bytes(declared: str, written: str) -> None:
    assert writable_type(declared) == written


@pytest.mark.parametrize("content_id", ["a@b", "image001.png@01D.8"])
def test_a_content_id_may_be_written(content_id: str) -> None:
    assert is_writable_content_id(content_id)


@pytest.mark.parametrize("content_id", ["", "a b", "a>b", "ü@x", "=?utf-8?q?a?=", "x" * 201])
def test_a_content_id_may_not_be_written(content_id: str) -> None:
    assert not is_writable_content_id(content_id)


@given(st.text(max_size=500))
def test_any_text_arrives_and_every_line_is_short_ascii(text: str) -> None:
    raw = compose(replace(PLAIN, text=text, html=text))
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    body = email.message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    meant = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == meant.replace("\0", "").rstrip("\n")


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("Übersicht (1)  final.pdf", "Übersicht (1) final.pdf"),
        ('a"b;c.txt', 'a"b;c.txt'),
        ("a\r\nX-Evil: 1.txt", "a X-Evil: 1.txt"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\a.txt", "C:_a.txt"),
        ("=?utf-8?q?x=0D=0AEvil:_1?=.txt", "=_utf-8?q?x=0D=0AEvil:_1?=.txt"),
        ("日本語" * 60 + ".txt", ("日本語" * 60 + ".txt")),
        ("ü" * 196 + ".pdf", "ü" * 196 + ".pdf"),
        ("ü" * 197 + ".pdf", "ü" * 196 + ".pdf"),
        ("x" * 900 + "." + "y" * 20, "x" * 179 + "." + "y" * 20),
        ("x" * 900 + "." + "y" * 21, "x" * 200),
        ("." + "x" * 900, "." + "x" * 199),
        ("", "attachment"),
        ("..", "attachment"),
    ],
)
def test_filenames_are_made_safe_and_arrive(name: str, arrives: str) -> None:
    message = read(replace(PLAIN, attachments=(OutgoingFile(name, "text/plain", b""),)))
    assert [part.get_filename() for part in message.iter_attachments()] == [arrives]
    assert not any("Evil" in header for part in message.walk() for header in part)


@pytest.mark.parametrize(
    ("field", "mail"),
    [
        ("date", replace(PLAIN, date=NOON.replace(tzinfo=None))),
        ("Message-ID", replace(PLAIN, message_id="a@b\r\nX: 1")),
        ("address", replace(PLAIN, to=(Address("x", "a@b\r\nX: 1"),))),
        ("content_type", replace(PLAIN, attachments=(OutgoingFile("a", "text/plain\r\nX: 1", b""),))),
        ("content_type", replace(PLAIN, attachments=(OutgoingFile("a", "text", b""),))),
        (
            "content_id",
            replace(PLAIN, html="x", attachments=(replace(PICTURE, content_id="a>\r\nX: 1"),)),
        ),
        (
            "content_id",
            replace(PLAIN, html="x", attachments=(replace(PICTURE, content_id="=?utf-8?q?=0A?="),)),
        ),
    ],
)
def test_what_would_break_the_mail_is_refused_by_name(field: str, mail: OutgoingMail) -> None:
    with pytest.raises(Invalid) as caught:
        compose(mail)
    assert caught.value.field == field


def test_references_are_kept_short_and_end_with_what_is_answered() -> None:
    ids = tuple(f"{'x' * 60}{number}@example.org" for number in range(100))
    message = read(replace(PLAIN, in_reply_to=ids[-1], references=ids))
    assert message["In-Reply-To"] == f"<{ids[-1]}>"
    kept = message["References"].split()
    assert (kept[0], kept[-1]) == (f"<{ids[0]}>", f"<{ids[-1]}>")
    assert len(kept) <= 20


def test_an_answer_without_known_references_refers_to_what_it_answers() -> None:
    assert read(replace(PLAIN, in_reply_to="a@b"))["References"] == "<a@b>"


def test_only_a_local_part_outside_ascii_needs_smtputf8() -> None:
    idn = replace(PLAIN, from_=Address("Jörg", "info@müller.de"), subject="Grüße")
    local = replace(PLAIN, to=(Address("", "jörg@example.org"),))
    assert (needs_smtputf8(PLAIN), needs_smtputf8(idn), needs_smtputf8(local)) == (False, False, True)
    assert compose(idn).isascii()
    assert "jörg@example.org".encode() in compose(local)


_LINES = st.text(max_size=100)
_PEOPLE = st.builds(
    Address,
    _LINES,
    st.sampled_from(["ann@example.org", "info@müller.de", '"a b"@x.example', "o'h+x@y.example"]),
)
_IDS = st.one_of(_LINES, st.builds(lambda length: "x" * length + "@example.org", st.integers(1, 260)))
_FIELDS = {"Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References"}
_MIME_FIELDS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


@settings(deadline=None)
@given(
    subject=_LINES,
    text=_LINES,
    people=st.lists(_PEOPLE, min_size=2, max_size=4),
    files=st.lists(st.builds("f{}.csv".format, _LINES), max_size=3),  # our reader makes other names safe
    ids=st.lists(_IDS, max_size=30),
)
def test_whatever_people_type_is_content_and_two_readers_agree_on_it(
    subject: str, text: str, people: list[Address], files: list[str], ids: list[str]
) -> None:
    mail = replace(
        PLAIN,
        from_=people[0],
        to=tuple(people[1:]),
        cc=(people[0],),
        subject=subject,
        text=text,
        html=text,
        references=tuple(ids),
        in_reply_to=ids[-1] if ids else "",
        attachments=tuple(OutgoingFile(name, "text/csv", b"x") for name in files),
    )
    raw = compose(mail)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    parsed, message = parse(raw, detect_type=lambda _: "text/csv"), read(mail)
    assert Counter(message.keys()) == Counter(set(message.keys()))
    assert set(message.keys()) <= _FIELDS | _MIME_FIELDS
    assert parsed.defects == ()
    assert parsed.subject == str(message["Subject"] or "") == headerlines.one_line(subject)
    assert [file.filename for file in parsed.attachments] == [
        part.get_filename() for part in message.iter_attachments()
    ]
    # The older reader: the newer one puts a blank between two encoded words of a name (RFC 2047, 6.2).
    old = email.message_from_bytes(raw)
    theirs = [Address(decoded(name), address) for name, address in getaddresses([old["To"]])]
    assert [*parsed.to] == theirs
    assert [person.name for person in theirs] == [headerlines.one_line(person.name) for person in people[1:]]
    assert [*parsed.references] == [value.strip("<>") for value in str(old["References"] or "").split()]


def test_our_own_reader_reads_the_same_from_it() -> None:
    letter = OutgoingFile("Übersicht März.pdf", "application/pdf", b"%PDF")
    mail = replace(
        PLAIN,
        from_=Address("Jörg Müller, Support", "info@müller.de"),
        subject="Grüße " * 30,
        text="Schöne Grüße\n-- \nJörg",
        html="<p>Schöne Grüße</p>",
        in_reply_to="b@example.org",
        references=("a@example.org", "b@example.org"),
        attachments=(letter,),
        auto_submitted="auto-replied",
    )
    parsed = parse(compose(mail), detect_type=lambda _: "application/pdf")
    assert parsed.defects == ()
    assert (parsed.message_id, parsed.references) == (mail.message_id, mail.references)
    assert parsed.from_ == Address("Jörg Müller, Support", "info@xn--mller-kva.de")
    assert (parsed.subject, parsed.date) == (("Grüße " * 30).strip(), NOON)
    assert "Schöne Grüße" in parsed.text
    assert [(file.filename, file.content) for file in parsed.attachments] == [(letter.filename, b"%PDF")]
