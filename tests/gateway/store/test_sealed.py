"""Credentials at rest."""

import pytest

from gateway.errors import Unavailable
from gateway.store.sealed import Seal

SECRET = "smtp://user:pässword@host"


def test_what_is_sealed_is_unreadable_and_comes_back() -> None:
    sealed = Seal(b"key").seal(SECRET)
    assert "word" not in sealed
    assert Seal(b"key").open(sealed) == SECRET


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert Seal(b"key").seal(SECRET) != Seal(b"key").seal(SECRET)


def test_nothing_stays_nothing() -> None:
    assert Seal(b"key").seal("") == Seal(b"key").open("") == ""


@pytest.mark.parametrize("damage", ["another key", "changed", "cut", "never sealed"])
def test_another_key_or_a_changed_seal_opens_nothing(damage: str) -> None:
    sealed = Seal(b"key").seal(SECRET)
    key = b"other" if damage == "another key" else b"key"
    broken = {"changed": sealed[:-3] + "AA=", "cut": sealed[:40], "never sealed": SECRET}.get(damage, sealed)
    with pytest.raises(Unavailable) as caught:
        Seal(key).open(broken)
    assert "word" not in str(caught.value)
