"""Calls are sealed as docs/remote-protocol.md says, and a signature is looked at."""

import base64

import pytest
from cryptography.exceptions import InvalidTag

from gateway.desk import systemcalls
from tests.systems import Keys, keys, opened

SECRET = bytes(range(32))


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("box", "ephemeral", "sealed"),
    [
        (  # Alice's and Bob's keys of RFC 7748 section 6.1, worked out with HMAC by hand
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            (
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f573019d837ac7ffc727c66ffaded1acf"
                "99c01a23afb9af5ca4a999447d97e24cfb29a3ea8e7bd9e957bc49a779a5bda4"
            ),
        ),
        (  # by the client's own code
            "79a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51a",
            "08" * 32,
            (
                "31d4ab6aceec961137917037936e60716fac573afe94d9da84a8020448dfc112416677619fb3b8eabcb5ca2125044034"
                "c28422309b1deab5cc7b5495fc1699274da35931552c1deb47db0fe9894badde"
            ),
        ),
    ],
)
def test_a_call_is_sealed_as_the_protocol_says(box: str, ephemeral: str, sealed: str) -> None:
    box_key, mine = bytes.fromhex(box), bytes.fromhex(ephemeral)
    found = systemcalls.seal(SECRET, session="r7k2m9q4", box_key=box_key, ephemeral=mine)
    assert found.hex() == sealed


def test_only_the_system_opens_its_call_and_for_its_session_alone() -> None:
    held, other = keys(), keys()
    sealed = systemcalls.seal(SECRET, session="s1", box_key=held.box_key)
    assert opened(sealed, held, "s1") == SECRET
    assert systemcalls.seal(SECRET, session="s1", box_key=held.box_key) != sealed
    for wrong, session in ((other, "s1"), (held, "s2")):
        with pytest.raises(InvalidTag):
            opened(sealed, wrong, session)


def test_a_key_with_which_nobody_agrees_on_anything_is_not_usable(fresh: Keys) -> None:
    assert systemcalls.is_usable(fresh.box_key)
    for bad in (bytes(32), b"\1" + bytes(31), b"short"):
        assert not systemcalls.is_usable(bad)


def test_a_signature_is_of_this_message_by_this_key(fresh: Keys) -> None:
    signature = fresh.sign.sign(b"said")
    assert systemcalls.is_signed(b"said", signature=signature, sign_key=fresh.sign_key)
    assert not systemcalls.is_signed(b"other", signature=signature, sign_key=fresh.sign_key)
    assert not systemcalls.is_signed(b"said", signature=signature, sign_key=keys().sign_key)
    assert not systemcalls.is_signed(b"said", signature=b"", sign_key=fresh.sign_key)
    assert not systemcalls.is_signed(b"said", signature=signature, sign_key=b"short")


def test_what_the_client_signs_is_known() -> None:
    key = raw("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg")
    box = raw("eaYx7t4b-cmPEgMs3q3Q56B5OY_HhriMyEbsia-FpRo")
    proof = "RYjLzcYADJa26apYRR0OFCSq9PXkxLn9y_Vr4P-CY4eXWOKbk-lZqsmfizA-tw_U8ioRc_duuXkM8LaG42kKAQ"
    message = b"m4a remote 1 enrol" + key + box + b"ABCDEFGH2345"
    assert systemcalls.is_signed(message, signature=raw(proof), sign_key=key)


@pytest.fixture
def fresh() -> Keys:
    return keys()
