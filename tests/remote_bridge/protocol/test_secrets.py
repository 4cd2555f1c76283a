import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.secrets import LinkSecret, b64u, derive, hash_of, parse_b64u
from tests.remote_bridge.vectors import vectors_of


def plain_hkdf(secret: bytes, info: bytes, length: int, salt: bytes = bytes(32)) -> bytes:
    """RFC 5869 with nothing but HMAC."""
    key = hmac.digest(salt, secret, "sha256")
    block, out = b"", b""
    for count in range(1, 1 + -(-length // 32)):
        block = hmac.digest(key, block + info + bytes([count]), "sha256")
        out += block
    return out[:length]


def test_links_give_the_tokens_and_keys_of_the_vectors() -> None:
    vectors = vectors_of("secrets")
    for one in vectors["good"]:
        link = LinkSecret.parse(one["secret"])
        assert b64u(link.token()) == one["token"]
        assert hash_of(link.token()).hex() == one["token_hash"]
        assert link.link_key().hex() == one["link_key"]


def test_a_fragment_is_read_with_and_without_its_sign() -> None:
    vectors = vectors_of("secrets")
    secret = vectors["good"][0]["secret"]
    assert LinkSecret.parse(f"#{secret}").raw() == LinkSecret.parse(secret).raw()


def test_what_is_no_secret_is_refused() -> None:
    vectors = vectors_of("secrets")
    for text in vectors["refused"]:
        with pytest.raises(Malformed):
            LinkSecret.parse(text)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_has_32_bytes(length: int) -> None:
    with pytest.raises(Malformed):
        LinkSecret(bytes(length))


def test_secrets_are_new_each_time_and_never_shown() -> None:
    one, other = LinkSecret.make(), LinkSecret.make()
    assert one.raw() != other.raw()
    assert one.fragment() not in f"{one!r}{one}"


@given(st.binary(min_size=32, max_size=32))
def test_token_and_key_tell_nothing_of_each_other(secret: bytes) -> None:
    link = LinkSecret(secret)
    assert link.token() == plain_hkdf(secret, b"m4a remote 1 token", 32)
    assert link.link_key() == plain_hkdf(secret, b"m4a remote 1 key", 32)
    assert len({secret, link.token(), link.link_key()}) == 3


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_derivation_is_rfc_5869(secret: bytes, salt: bytes) -> None:
    assert derive(secret, "any name", 64, salt=salt) == plain_hkdf(secret, b"any name", 64, salt)


@given(st.binary(min_size=32, max_size=32))
def test_32_bytes_have_one_spelling(value: bytes) -> None:
    assert parse_b64u(b64u(value)) == value


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        value = parse_b64u(text)
    except Malformed:
        return
    assert b64u(value) == text


def test_a_hash_is_sha_256() -> None:
    assert hash_of(b"x") == hashlib.sha256(b"x").digest()


@pytest.mark.parametrize("length", [1, 2, 3, 64, 80])
def test_bytes_of_another_length_have_one_spelling_too(length: int) -> None:
    value = bytes([255]) * length
    assert parse_b64u(b64u(value), length) == value
    for wrong in (b64u(value) + "A", b64u(value)[:-1], b64u(value) + "="):
        with pytest.raises(Malformed):
            parse_b64u(wrong, length)
