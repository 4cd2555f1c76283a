"""What holds for every mail: it is read, no word of its text is lost, and time grows with size alone."""

import base64
import binascii
import json
import quopri
import time
from dataclasses import dataclass

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gateway.mail.as_json import to_json
from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
HEAD = b"From: Ann <ann@x.example>\r\nTo: help@desk.example\r\nSubject: x\r\n"
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéñčžłабвгдежзαβγδε日本語한국어😀0123456789"
WORDS = st.lists(st.text(LETTERS, min_size=2, max_size=12), min_size=1, max_size=30)
ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64", "x-uuencode", "no-such-encoding")
CHARSETS = ("utf-8", "", "us-ascii", "iso-8859-1", "utf-16", "utf-7", "gb18030", "no-such-charset")
KINDS = ("mixed", "alternative", "related", "signed", "report", "digestive", "form-data")


@dataclass(frozen=True)
class Layer:
    """One multipart around a part, in one of the ways that it can be broken."""

    kind: str
    boundary: str
    is_declared: bool
    is_closed: bool
    has_preamble: bool
    has_file: bool


LAYERS = st.lists(
    st.builds(
        Layer,
        st.sampled_from(KINDS),
        st.text("abcxyz'()+_,-./:=?", min_size=1, max_size=30).filter(lambda name: name.strip("-")),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda layer: layer.boundary[:1],
)


def encoded(octets: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.encodestring(octets)
    if encoding == "base64":
        return base64.encodebytes(octets)
    if encoding == "x-uuencode":
        pieces = (octets[at : at + 45] for at in range(0, len(octets), 45))
        return b"begin 644 text\n" + b"".join(map(binascii.b2a_uu, pieces)) + b"`\nend\n"
    return octets


def wrapped(part: bytes, layer: Layer) -> bytes:
    boundary = layer.boundary.encode()
    declared = b'; boundary="' + boundary + b'"' if layer.is_declared else b""
    file = b"--" + boundary + b"\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n"
    return b"".join(
        (
            b"Content-Type: multipart/" + layer.kind.encode() + declared + b"\n\n",
            b"Your program knows no MIME.\n" if layer.has_preamble else b"",
            b"--" + boundary + b"\n" + part + b"\n",
            file if layer.has_file else b"",
            b"--" + boundary + b"--\n" if layer.is_closed else b"",
        )
    )


@settings(max_examples=400, suppress_health_check=SLOW, deadline=None)
@given(WORDS, st.sampled_from(ENCODINGS), st.sampled_from(CHARSETS), LAYERS, st.sampled_from(["\n", "\r\n"]))
def test_no_word_of_a_text_is_lost(
    words: list[str], encoding: str, charset: str, layers: list[Layer], line_end: str
) -> None:
    codec = charset if charset in ("utf-16", "utf-7", "gb18030") else "utf-8"
    if codec == "utf-7":
        assume(all(ord(letter) < 0xFFFF for word in words for letter in word))
    if codec == "utf-16":
        assume(encoding == "base64")
    octets = "\n".join(words).encode(codec)
    label = f"; charset={charset}" if charset else ""
    part = f"Content-Type: text/plain{label}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    part += encoded(octets, encoding)
    for layer in layers:
        part = wrapped(part, layer)
    raw = HEAD.replace(b"\r\n", b"\n") + part
    mail = parse(raw.replace(b"\n", line_end.encode()), detect_type=detect_type)
    assert set(words) <= set(mail.text.split()), (mail.text, mail.defects)


MARKED = st.lists(
    st.tuples(
        st.sampled_from(["p", "div", "b", "td", "li", "blockquote", "span", "h1", "pre", "center", "x-odd"]),
        st.booleans(),
        st.text(LETTERS, min_size=2, max_size=12),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=200, suppress_health_check=SLOW, deadline=None)
@given(MARKED)
def test_no_word_of_html_is_lost(pieces: list[tuple[str, bool, str]]) -> None:
    html = "".join(f"<{tag}>{word} {f'</{tag}>' if closes else ''}" for tag, closes, word in pieces)
    raw = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    mail = parse(raw, detect_type=detect_type)
    assert {word for _, _, word in pieces} <= set(mail.text.split()), mail.text


FIELDS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Content-Type",
    "Content-Disposition",
    "Content-Transfer-Encoding",
    "MIME-Version",
    "Reply-To",
    "Auto-Submitted",
    "Return-Path",
    "X-Odd",
)
VALUES = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=40).map(str.encode),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/signed; boundary=b",
            b"message/rfc822",
            b"message/partial",
            b"text/calendar; method=REQUEST",
            b"application/ms-tnef; name=winmail.dat",
            b"application/pkcs7-mime; name=smime.p7m",
            b"text/html; charset=utf-16",
            b"attachment; filename*0*=utf-8''%ff; filename*1=x",
            b"=?utf-8?b?////?= =?x?q?=?=",
            b"Team: Ann <a@x.example>, <<b>;",
        ]
    ),
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--b--",
            b'x\x9f>"\x01\x00\x01\x03\x90\x06\x00\xff\xff\x00\x00',
            b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80",
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:99999999\r\nEND:VEVENT\r\nEND:VCALENDAR",
            b"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n-----BEGIN PGP SIGNATURE-----",
            b"begin 644 x\r\n#0V%T\r\nend\r\n",
        ]
    ),
)


@settings(max_examples=500, suppress_health_check=SLOW, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), VALUES), max_size=12), st.lists(BODIES, max_size=4))
def test_no_mail_makes_it_raise_and_all_of_it_can_be_printed(
    fields: list[tuple[str, bytes]], bodies: list[bytes]
) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    raw += b"\r\n" + b"\r\n--b\r\n\r\n".join(bodies)
    mail = parse(raw, detect_type=detect_type)
    json.dumps(to_json(mail, file="x"), ensure_ascii=False).encode()
    assert bool(mail.reply_text.strip()) == bool(mail.text.strip())
    assert all(attachment.size == len(attachment.content) for attachment in mail.attachments)


CONTEXTS = (
    b"%b",
    b"Subject: x\r\n\r\n%b",
    b"From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\ncould not be delivered %b",
    b"Content-Type: text/html\r\n\r\n%b",
    b"Content-Type: text/plain; format=flowed\r\n\r\n%b",
    b"Content-Type: text/enriched\r\n\r\n%b",
    b"Content-Transfer-Encoding: base64\r\n\r\n%b",
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%b",
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n%b",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n%b",
    b"Content-Type: multipart/mixed\r\n\r\n%b",
    b"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n%b",
    b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"%b',
)
SPECIAL = st.text(" \t\r\n<>()\"'@.,;:=?-_*&#/\\%+[]{}|~`^!$aA1é\u202e\0", min_size=1, max_size=4).map(
    str.encode
)
UNITS = st.one_of(
    SPECIAL,
    st.sampled_from(
        [
            b"--b\r\n",
            b"--b\r\n\r\n",
            b"=?a?q?",
            b"<b></i>",
            b"<a><div></a>",
            b"<!--",
            b"begin 644 x\n",
            b"X: y\r\n",
            b"> ",
            b"On 1 May 2024 x wrote:\n",
            b"From: x\n",
            b"-----BEGIN PGP SIGNED MESSAGE-----\n",
            b"BEGIN:VEVENT\n",
        ]
    ),
)


def cost(raw: bytes) -> float:
    began = time.process_time()
    parse(raw, detect_type=detect_type)
    return time.process_time() - began


@settings(max_examples=120, suppress_health_check=SLOW, deadline=None, derandomize=True)
@given(st.sampled_from(CONTEXTS), UNITS, SPECIAL)
def test_time_grows_with_the_size_and_no_faster(context: bytes, unit: bytes, last: bytes) -> None:
    short, long = (context % (unit * (size // len(unit)) + last) for size in (75_000, 600_000))
    assert cost(long) < 20 * cost(short) + 0.5
