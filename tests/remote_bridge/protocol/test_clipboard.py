import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.clipboard import MOST_BYTES, Copied, Wanted, parse
from remote_bridge.protocol.errors import TooLarge
from tests.remote_bridge.vectors import code_of, vectors_of


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_texts_come_as_they_were_copied(text: str) -> None:
    assert parse(Copied(text).body()) == Copied(text)


def test_one_may_ask_for_the_others() -> None:
    assert parse(Wanted().body()) == Wanted()


def test_bodies_are_judged_as_the_vectors_say() -> None:
    for one in vectors_of("bodies")["clipboard"]:
        assert code_of(parse, bytes.fromhex(one["body"])) == one["code"], one


def test_a_clipboard_has_256_kibibytes_at_most() -> None:
    assert parse(Copied("x" * MOST_BYTES).body()) == Copied("x" * MOST_BYTES)
    with pytest.raises(TooLarge):
        Copied("x" * (MOST_BYTES - 1) + "ä").body()
    with pytest.raises(TooLarge):
        parse(b"\x01" + b"x" * (MOST_BYTES + 1))
