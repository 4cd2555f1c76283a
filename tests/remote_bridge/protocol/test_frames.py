import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError, TooLarge
from remote_bridge.protocol.frames import (
    HEADER_BYTES,
    MOST_FRAME_BYTES,
    MOST_HOST_FRAME_BYTES,
    MOST_VIEWER,
    Channel,
    Frame,
    channel_of,
    header,
    split_viewer,
    viewer_of,
    with_viewer,
)

frames = st.builds(Frame, st.sampled_from(Channel), st.integers(0, 2**64 - 1), st.binary(max_size=300))


@given(frames)
def test_a_frame_comes_back_as_it_was(frame: Frame) -> None:
    assert Frame.parse(bytes(frame)) == frame


@given(frames, st.integers(1, MOST_VIEWER))
def test_the_viewer_stands_before_the_frame(frame: Frame, viewer: int) -> None:
    data = with_viewer(viewer, bytes(frame))
    assert split_viewer(data) == (viewer, bytes(frame))
    assert viewer_of(data) == viewer
    assert channel_of(data, 4) is frame.channel


def test_numbers_are_big_endian() -> None:
    assert with_viewer(258, header(Channel.FILES, 772)).hex() == "00000102" + "05" + "0000000000000304"


@pytest.mark.parametrize("data", [b"", bytes(HEADER_BYTES - 1), b"\x06" + bytes(8), b"\xff" + bytes(20)])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Frame.parse(data)
    with pytest.raises(Malformed):
        channel_of(data)


@pytest.mark.parametrize("data", [b"", bytes(12), bytes(13), bytes(4) + bytes(header(Channel.SCREEN, 1))])
def test_what_names_no_viewer_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        split_viewer(data)


def test_a_frame_has_a_mebibyte_at_most() -> None:
    assert MOST_FRAME_BYTES == 1024 * 1024 + 25
    assert len(Frame.parse(bytes(MOST_FRAME_BYTES)).body) == 1024 * 1024 + 16
    with pytest.raises(TooLarge):
        Frame.parse(bytes(MOST_FRAME_BYTES + 1))
    with pytest.raises(TooLarge):
        split_viewer(bytes(MOST_HOST_FRAME_BYTES + 1))


@given(st.binary(max_size=40))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (Frame.parse, split_viewer, viewer_of, channel_of):
        try:
            read(data)
        except ProtocolError:
            continue


def test_bytes_of_a_larger_buffer_are_read_in_place() -> None:
    data = memoryview(b"xxxx" + header(Channel.CHAT, 9) + b"body")
    assert Frame.parse(data[4:]) == Frame(Channel.CHAT, 9, b"body")
