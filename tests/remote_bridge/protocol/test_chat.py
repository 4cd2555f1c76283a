import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.chat import MOST_CHARS, Heard, Said
from remote_bridge.protocol.errors import TooLarge
from tests.remote_bridge.vectors import code_of, vectors_of

lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(lines, lines)
def test_lines_come_as_they_were_said(name: str, text: str) -> None:
    assert Said.parse(Said(text).body()) == Said(text)
    assert Heard.parse(Heard(name, text).body()) == Heard(name, text)


def test_bodies_are_judged_as_the_vectors_say() -> None:
    for kind, read in (("chat_said", Said.parse), ("chat_heard", Heard.parse)):
        for one in vectors_of("bodies")[kind]:
            assert code_of(read, bytes.fromhex(one["body"])) == one["code"], one


def test_a_line_has_four_thousand_characters_at_most() -> None:
    longest = "\U0001f600" * MOST_CHARS
    assert Heard.parse(Heard("x", longest).body()).text == longest
    for body in (Said(longest + "x").body, Heard("", longest + "x").body):
        with pytest.raises(TooLarge):
            body()
