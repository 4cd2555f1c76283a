import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError
from remote_bridge.protocol.messages import (
    Ask,
    Consent,
    Control,
    Decline,
    Drop,
    End,
    FromHost,
    FromViewer,
    Pause,
    Refuse,
    Resume,
    Withdraw,
    parse_from_host,
    parse_from_viewer,
    text_of,
)
from remote_bridge.protocol.scopes import Scope
from tests.remote_bridge.vectors import code_of, vectors_of

scopes = st.frozensets(st.sampled_from(Scope))
numbers = st.integers(1, 2**32 - 1)
from_host = st.one_of(
    st.builds(Consent, scopes),
    st.builds(Decline, scopes),
    st.builds(Withdraw, scopes),
    st.builds(Drop, numbers),
    st.sampled_from((Refuse(), Pause(), Resume(), End())),
)
from_viewer = st.one_of(st.builds(Ask, scopes), st.builds(Control, numbers), st.just(End()))


@given(from_host)
def test_what_a_host_says_is_understood(message: FromHost) -> None:
    assert parse_from_host(text_of(message)) == message


@given(from_viewer)
def test_what_a_viewer_says_is_understood(message: FromViewer) -> None:
    assert parse_from_viewer(text_of(message).encode()) == message


def test_texts_are_judged_as_the_vectors_say() -> None:
    for kind, read in (("from_host", parse_from_host), ("from_viewer", parse_from_viewer)):
        for one in vectors_of("texts")[kind]:
            assert code_of(read, one["text"]) == one["code"], one


@given(from_host)
def test_a_viewer_cannot_speak_as_a_host(message: FromHost) -> None:
    if message != End():
        with pytest.raises(Malformed):
            parse_from_viewer(text_of(message))


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nothing_breaks_the_readers(data: str | bytes) -> None:
    for read in (parse_from_host, parse_from_viewer):
        try:
            read(data)
        except ProtocolError:
            continue
