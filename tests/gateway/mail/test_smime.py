"""PKCS #7 bodies, made by hand and by OpenSSL."""

import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.smime import is_encrypted, signed_content
from tests.fakes.envelopes import (
    der,
    endless,
    enveloped_data,
    really_signed,
    signed_data,
    streamed_signed_data,
)

PART = b"Content-Type: text/plain\r\n\r\nhello\r\n" * 100


def test_the_content_of_a_real_signature_is_found() -> None:
    assert signed_content(really_signed(PART, PKCS7Options.Binary)) == PART
    assert not is_encrypted(really_signed(PART, PKCS7Options.Binary))


def test_a_detached_signature_has_no_content() -> None:
    assert signed_content(really_signed(PART, PKCS7Options.DetachedSignature, PKCS7Options.Binary)) is None
    assert signed_content(signed_data(None)) is None


@pytest.mark.parametrize("part", [b"", b"x", PART, PART * 100])
def test_the_content_is_byte_for_byte_what_was_signed(part: bytes) -> None:
    assert signed_content(signed_data(part)) == part
    assert signed_content(streamed_signed_data([part[:10], part[10:]])) == part


def test_an_encrypted_body_is_known_as_such() -> None:
    assert is_encrypted(enveloped_data())
    assert signed_content(enveloped_data()) is None


def test_elements_without_an_end_are_not_followed_for_ever() -> None:
    oid = der(0x06, bytes.fromhex("2a864886f70d010702"))
    deep = b"\x30\x80" * 100_000
    assert signed_content(b"\x30\x80" + oid + b"\xa0\x80\x30\x80\x02\x01\x01" + deep) is None
    assert signed_content(endless(0x30, oid, endless(0xA0, endless(0x30)))) is None


@given(st.binary(max_size=200), st.integers(0, 100), st.binary(max_size=4))
def test_no_bytes_make_it_raise(raw: bytes, at: int, damage: bytes) -> None:
    signed_content(raw)
    for packed in (signed_data(b"x" * 30), streamed_signed_data([b"x" * 30, b"y"])):
        damaged = packed[:at] + damage + packed[at + len(damage) :]
        found = signed_content(damaged)
        assert found is None or len(found) <= len(damaged)
        signed_content(packed[:at])
