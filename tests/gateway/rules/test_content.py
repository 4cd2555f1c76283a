"""The same mail is known again by its content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.content import content_hash

HEADER = b"From: ann@acme.example\r\nSubject: Printer\r\nMessage-ID: <1@x>\r\n"
BODY = b"\r\nIt smokes.\r\n"
MAIL = HEADER + BODY


@pytest.mark.parametrize(
    "trace",
    [
        b"Received: from a by b; Mon, 2 Mar 2026 12:00:00 +0000\r\n",
        b"Received: from a\r\n\tby b (folded)\r\n  twice\r\n",
        b"Return-Path: <ann@acme.example>\r\nDelivered-To: support@ours.example\r\n",
        b"X-Original-To: a@b\r\nEnvelope-To: a@b\r\nX-Received: by c\r\n",
        b"Authentication-Results: mx; spf=pass\r\nReceived-SPF: pass\r\n",
        b"ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1\r\n",
        b"RECEIVED : from a\r\n",
    ],
)
def test_fields_that_each_hop_adds_do_not_count(trace: bytes) -> None:
    assert content_hash(trace + MAIL) == content_hash(MAIL)
    assert content_hash(HEADER + trace + BODY) == content_hash(MAIL)


def test_line_ends_count_alike() -> None:
    assert content_hash(MAIL.replace(b"\r\n", b"\n")) == content_hash(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"smokes", b"smoked"),
        MAIL.replace(b"<1@x>", b"<2@x>"),
        MAIL.replace(b"Printer", b"printer"),
        b"X-Received-Not: 1\r\n" + MAIL,
        HEADER + b"\r\nReceived: in the text\r\nIt smokes.\r\n",
        MAIL + b"\r\n",
    ],
)
def test_anything_else_makes_another_mail(other: bytes) -> None:
    assert content_hash(other) != content_hash(MAIL)


def test_a_received_line_in_the_text_is_text() -> None:
    quoted = HEADER + b"\r\nReceived: a\r\n"
    assert content_hash(quoted) != content_hash(HEADER + b"\r\n")


@given(st.binary(max_size=300))
def test_any_bytes_have_a_hash(raw: bytes) -> None:
    assert len(content_hash(raw)) == 64
    assert content_hash(raw) == content_hash(raw)
