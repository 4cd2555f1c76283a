"""Passwords: never stored, never told, as slow for nobody as for somebody."""

import pytest

from gateway.desk.passwords import MAX_CHARS, MIN_CHARS, check, hash_password
from gateway.errors import Invalid

RIGHT = "correct horse bättery"


@pytest.fixture(scope="module")
def stored() -> str:
    return hash_password(RIGHT)


def test_the_right_one_is_right_and_no_other(stored: str) -> None:
    assert check(stored, RIGHT)
    for wrong in ("", RIGHT.upper(), RIGHT + " ", RIGHT[:-1]):
        assert not check(stored, wrong)


def test_what_is_stored_does_not_tell_it(stored: str) -> None:
    assert stored.startswith("$argon2id$")
    assert "horse" not in stored
    assert hash_password(RIGHT) != stored


def test_nobody_has_no_password() -> None:
    assert not check(None, RIGHT)
    assert not check(None, "the password of nobody at all")


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$v=19$broken"])
def test_a_broken_hash_lets_nobody_in(broken: str) -> None:
    assert not check(broken, RIGHT)


@pytest.mark.parametrize("length", [0, MIN_CHARS - 1, MAX_CHARS + 1])
def test_too_short_or_too_long_is_invalid(length: int) -> None:
    with pytest.raises(Invalid) as caught:
        hash_password("x" * length)
    assert caught.value.field == "password"


@pytest.mark.parametrize("length", [MIN_CHARS, MAX_CHARS])
def test_lengths_at_the_limits_are_taken(length: int) -> None:
    assert check(hash_password("x" * length), "x" * length)
