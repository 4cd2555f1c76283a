"""What a hostile mail may cost: processor time and memory of `manage4all parse`, in a process of its own.

The budgets are the product's promise: 2 s of processor time (5 s for the largest mail that is accepted)
and 400 MiB. Of nothing that is beyond a bound anything is lost: it is in the text or in a file.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import pace

MIB = 1024 * 1024
LARGEST_BYTES = 50 * MIB
MAX_RSS_BYTES = 400 * MIB
HEAD = (
    b"From: Ann <ann@x.example>\r\nTo: help@desk.example\r\nSubject: x\r\n"
    b"Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n"
)
LINE = b"The quick brown fox jumps over the lazy dog and says hello to all of it.\r\n"
# Not ru_maxrss: on Linux a child begins with its parent's.
MEASURED = """
import re, sys, time
from pathlib import Path
from gateway.cli.main import main
sys.argv[1:] = ["parse", sys.argv[1]]
try:
    main()
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(time.process_time(), int(peak[1]) * 1024, file=sys.stderr)
"""


@dataclass(frozen=True)
class Cost:
    cpu_seconds: float
    rss_bytes: int
    found: dict[str, Any]


def cost_of(raw: bytes, folder: Path) -> Cost:
    path = folder / "hostile.eml"
    path.write_bytes(raw)
    with (folder / "out.json").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(path)], stdout=out, stderr=subprocess.PIPE, check=True
        )
    cpu, rss = done.stderr.split()[-2:]
    return Cost(float(cpu), int(rss), json.loads((folder / "out.json").read_bytes()))


def multipart(parts: bytes, kind: bytes = b"mixed") -> bytes:
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=b\r\n\r\n" + parts + b"--b--\r\n"


def nested(levels: int, kind: bytes) -> bytes:
    names = [b"===============%019d==" % n for n in range(levels)]
    head = b'Content-Type: multipart/%s; boundary="%s"\r\nMIME-Version: 1.0\r\n\r\n--%s\r\n'
    opened = [head % (kind, name, name) for name in names]
    closed = [b"\r\n--%s--\r\n" % name for name in reversed(names)]
    return HEAD + b"".join(opened) + b"\r\nlast word" + b"".join(closed)


def filled(line: bytes) -> bytes:
    return line * ((LARGEST_BYTES - 100_000) // len(line))


def text_parts() -> bytes:
    return multipart(
        b"".join(b"--b\r\n\r\nword%d\r\n" % n for n in range(9_999)) + b"--b\r\n\r\nlast word\r\n"
    )


def file_parts() -> bytes:
    file = b"--b\r\nContent-Type: application/pdf; name=f%d.pdf\r\n\r\n%%PDF\r\n"
    return multipart(b"--b\r\n\r\nlast word\r\n" + b"".join(file % n for n in range(9_999)))


def html_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/html\r\n\r\n<p>word<b>\r\n"
    return multipart(part * 9_999 + b"--b\r\n\r\nlast word\r\n")


def levels() -> bytes:
    return nested(3_000, b"mixed")


def levels_of_alternatives() -> bytes:
    return nested(3_000, b"alternative")


def levels_of_attached_mails() -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"last word"


def levels_of_html() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><table><tr><td>" * 3_000 + b"last word"


def header_lines() -> bytes:
    return b"".join(b"X-H%d: v\r\n" % n for n in range(100_000)) + HEAD + b"\r\nlast word"


def header_lines_folded_into_one() -> bytes:
    return HEAD + b"References: <a@x.example>\r\n" + b" <b@x.example>\r\n" * 100_000 + b"\r\nlast word"


def header_lines_that_are_none() -> bytes:
    return HEAD + b"X: y\r\nno field\r\n" * 50_000 + b"\r\nlast word"


def header_of_recipients() -> bytes:
    return (
        b"To: "
        + b",\r\n ".join(b"u%d@x.example" % n for n in range(100_000))
        + b"\r\n"
        + HEAD
        + b"\r\nlast word"
    )


def links() -> bytes:
    link = b"<p><a href='http://x.example/%d'>link %d</a></p>"
    linked = b"".join(link % (n, n) for n in range(2_000))
    return HEAD + b"Content-Type: text/html\r\n\r\n" + linked + b"last word"


def links_never_closed() -> bytes:
    return (
        HEAD
        + b"Content-Type: text/html\r\n\r\n"
        + b"<a href='http://x.example/'>link " * 2_000
        + b"last word"
    )


HOSTILE = [
    text_parts,
    file_parts,
    html_parts,
    levels,
    levels_of_alternatives,
    levels_of_html,
    header_lines,
    header_lines_folded_into_one,
    header_lines_that_are_none,
    header_of_recipients,
    links,
    links_never_closed,
]


@pytest.mark.parametrize("build", HOSTILE, ids=lambda build: build.__name__)
def test_many_of_anything_cost_two_seconds_at_most_and_nothing_is_lost(
    build: Callable[[], bytes], tmp_path: Path
) -> None:
    cost = cost_of(build(), tmp_path)
    assert cost.cpu_seconds < 2
    assert cost.rss_bytes < MAX_RSS_BYTES
    assert "last word" in cost.found["text"]
    assert cost.found["from"] == {"name": "Ann", "address": "ann@x.example"}


def test_attached_mails_in_attached_mails_are_kept_as_they_are(tmp_path: Path) -> None:
    cost = cost_of(levels_of_attached_mails(), tmp_path)
    assert cost.cpu_seconds < 2
    assert cost.found["attachments"][0]["size"] == len(levels_of_attached_mails()) - len(HEAD) - 32


def one_file() -> bytes:
    octets = base64.encodebytes(os.urandom(36 * MIB)).replace(b"\n", b"\r\n")
    head = b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return multipart(b"--b\r\n\r\nlast word\r\n--b\r\n" + head + octets)


def one_text() -> bytes:
    return HEAD + b"\r\n" + filled(LINE) + b"last word"


def one_line() -> bytes:
    return HEAD + b"\r\n" + filled(LINE[:-2]) + b"last word"


def quoted_lines() -> bytes:
    return HEAD + b"\r\n" + filled(b"> " + LINE) + b"last word"


def letters_of_two_bytes() -> bytes:
    line = "Grüße aus Köln — schöne Straße\r\n".encode()
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + filled(line) + b"last word"


def letters_of_no_charset() -> bytes:
    return HEAD + b"\r\n" + filled("Grüße aus Köln, schöne Straße\r\n".encode("latin-1")) + b"last word"


def old_macintosh_line_ends() -> bytes:
    return (HEAD + b"\r\n" + filled(b"hello\r\n") + b"last word").replace(b"\r\n", b"\r")


def lines_like_delimiters() -> bytes:
    return multipart(b"--b\r\n\r\n" + filled(b"--bx\r\n") + b"last word\r\n")


def uuencoded_lines() -> bytes:
    return HEAD + b"\r\nbegin 644 a.zip\r\n" + filled(b"M" + b"5" * 60 + b"\r\n") + b"last word"


def fields() -> bytes:
    return filled(b"X-A: b\r\n") + HEAD + b"\r\nlast word"


def fields_of_commas() -> bytes:
    return filled(b"To: " + b"," * 60_000 + b"\r\n") + HEAD + b"\r\nlast word"


def fields_of_addresses() -> bytes:
    return filled(b"Cc: " + b"a@x.example," * 5_000 + b"\r\n") + HEAD + b"\r\nlast word"


def fields_of_words_never_ended() -> bytes:
    return filled(b"Subject: " + b"=?a?x?" * 10_000 + b"=?a?q?" * 10_000 + b"\r\n") + HEAD + b"\r\nlast word"


def one_field() -> bytes:
    return HEAD + b"X: " + filled(b"y") + b"\r\n\r\nlast word"


LARGEST = [
    one_file,
    one_text,
    one_line,
    quoted_lines,
    letters_of_two_bytes,
    letters_of_no_charset,
    old_macintosh_line_ends,
    lines_like_delimiters,
    uuencoded_lines,
    fields,
    fields_of_commas,
    fields_of_addresses,
    fields_of_words_never_ended,
    one_field,
]


@pytest.mark.parametrize("build", LARGEST, ids=lambda build: build.__name__)
def test_the_largest_mails_cost_five_seconds_at_most_and_nothing_is_lost(
    build: Callable[[], bytes], tmp_path: Path
) -> None:
    cost = cost_of(build(), tmp_path)
    assert cost.cpu_seconds < pace.seconds(5)
    assert cost.rss_bytes < MAX_RSS_BYTES
    assert cost.found["text"].endswith("last word")


def levels_of_lines_like_delimiters() -> bytes:
    opened = [
        b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % (b"b" * n, b"b" * n)
        for n in range(1, 900)
    ]
    return HEAD + b"".join(opened) + b"\r\nfirst word" + filled(b"--" + b"b" * 8 + b"c\r\n")


def letters_of_four_bytes() -> bytes:
    line = "Grüße aus Köln 😀\r\n".encode()
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + filled(line)


def html() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\n" + filled(b"<p>" + LINE + b"</p>")


def html_of_entities() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\n" + filled(b"&amp;")


def html_of_brackets() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\n" + filled(b"<")


def delimiters() -> bytes:
    return multipart(filled(b"--b\r\n\r\n"))


def noise() -> bytes:
    return os.urandom(LARGEST_BYTES)


@pytest.mark.parametrize(
    "build",
    [
        letters_of_four_bytes,
        levels_of_lines_like_delimiters,
        html,
        html_of_entities,
        html_of_brackets,
        delimiters,
        noise,
    ],
    ids=lambda build: build.__name__,
)
def test_what_costs_too_much_to_be_shown_in_full_is_a_file_as_well(
    build: Callable[[], bytes], tmp_path: Path
) -> None:
    raw = build()
    cost = cost_of(raw, tmp_path)
    assert cost.cpu_seconds < pace.seconds(5)
    assert cost.rss_bytes < MAX_RSS_BYTES
    assert sum(file["size"] for file in cost.found["attachments"]) > len(raw) - 200_000


def test_the_measure_measures(tmp_path: Path) -> None:
    cost = cost_of(HEAD + b"\r\nhello", tmp_path)
    assert 0 < cost.cpu_seconds < 2
    assert MIB < cost.rss_bytes < MAX_RSS_BYTES
