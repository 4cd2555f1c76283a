"""What a remote session's link leads to, and how its words are read."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.ids import new_secret
from gateway.rules.remote import (
    Scope,
    State,
    Why,
    code_of,
    digits_of,
    has_expired,
    in_groups,
    known,
    link_of,
    on_the_wire,
    ordered,
)
from tests.world import NOON


def sha256(data: bytes) -> bytes:
    made = hashes.Hash(hashes.SHA256())
    made.update(data)
    return made.finalize()


def test_the_token_is_what_hkdf_makes_of_the_thirty_two_bytes() -> None:
    secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    token = HKDF(hashes.SHA256(), 32, None, b"m4a remote 1 token").derive(bytes(range(32)))
    assert link_of(secret).token_hash == sha256(token)
    assert link_of(secret).secret == secret


def test_every_fresh_secret_is_one() -> None:
    assert len({link_of(new_secret()).token_hash for _ in range(20)}) == 20


@pytest.mark.parametrize("odd", ["", "x", "AAAA", "A" * 41, "A" * 47, "ä" * 43, "A" * 500])
def test_what_is_no_secret_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="not"):
        link_of(odd)


def test_view_is_in_every_grant_and_the_order_is_fixed() -> None:
    assert ordered([]) == (Scope.VIEW,)
    assert ordered([Scope.FILES, Scope.CONTROL, Scope.CONTROL]) == (Scope.VIEW, Scope.CONTROL, Scope.FILES)
    assert known(["files", "telepathy", "view"]) == (Scope.VIEW, Scope.FILES)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("123456789", "123456789"),
        (" 123 456 789 ", "123456789"),
        ("123-456.789", "123456789"),
        ("123\u00a0456\u00a0789", "123456789"),
        ("12345678", None),
        ("1234567890", None),
        ("123456789x", None),
        ("١٢٣٤٥٦٧٨٩", None),
        ("", None),
    ],
)
def test_digits_are_read_as_people_type_them(typed: str, digits: str | None) -> None:
    assert digits_of(typed) == digits


def test_the_digits_come_from_secret_and_moment_alone() -> None:
    secret, other = new_secret(), new_secret()
    assert code_of(secret, NOON) == code_of(secret, NOON + timedelta(milliseconds=1))
    codes = {code_of(one, NOON + timedelta(seconds=at)) for one in (secret, other) for at in range(5)}
    assert len(codes) == 10
    assert all(digits_of(code) == code for code in codes)


def test_digits_are_said_in_threes() -> None:
    assert in_groups("012345678") == "012 345 678"


def test_only_the_desk_tells_not_me_from_refused() -> None:
    assert on_the_wire(Why.NOT_ME) is Why.REFUSED
    assert all(on_the_wire(why) is why for why in Why if why is not Why.NOT_ME)


@pytest.mark.parametrize(("seconds", "over"), [(-1, False), (0, True), (1, True)])
def test_its_moment_ends_it(seconds: int, *, over: bool) -> None:
    at = NOON + timedelta(seconds=seconds)
    assert has_expired(State.LIVE, NOON, now=at) is over
    assert not has_expired(State.ENDED, NOON, now=at)
