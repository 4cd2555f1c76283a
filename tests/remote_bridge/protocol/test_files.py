import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError, TooLarge
from remote_bridge.protocol.files import (
    MOST_FILE_BYTES,
    MOST_PIECE_BYTES,
    Accept,
    Arrived,
    Cancel,
    Done,
    FileMessage,
    Offer,
    Piece,
    Reject,
    body_of,
    parse,
)
from tests.remote_bridge.vectors import code_of, vectors_of

ids = st.integers(0, 2**32 - 1)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255)
sizes = st.integers(0, MOST_FILE_BYTES)
messages = st.one_of(
    st.builds(Offer, ids, names, sizes),
    st.builds(Accept, ids),
    st.builds(Reject, ids),
    st.builds(Piece, ids, st.binary(min_size=1, max_size=100)),
    st.builds(Done, ids, st.binary(min_size=32, max_size=32)),
    st.builds(Cancel, ids),
    st.builds(Arrived, ids, sizes),
)


@given(messages)
def test_what_is_said_is_understood(message: FileMessage) -> None:
    assert parse(body_of(message)) == message


def test_bodies_are_judged_as_the_vectors_say() -> None:
    for one in vectors_of("bodies")["files"]:
        assert code_of(parse, bytes.fromhex(one["body"])) == one["code"], one


def test_a_piece_has_256_kibibytes_at_most() -> None:
    whole = Piece(1, bytes(MOST_PIECE_BYTES))
    assert parse(body_of(whole)) == whole
    with pytest.raises(TooLarge):
        parse(body_of(whole) + b"x")


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        message = parse(body)
    except ProtocolError:
        return
    assert parse(body_of(message)) == message


def test_no_path_is_hidden_in_an_empty_name() -> None:
    with pytest.raises(Malformed):
        parse(b'\x01{"id":1,"name":"","size":1}')
