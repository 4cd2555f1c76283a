import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError, Tampered, TooLarge
from remote_bridge.protocol.frames import MOST_COUNTER, MOST_FRAME_BYTES, Channel
from remote_bridge.protocol.sealing import Opener, Sealer
from tests.remote_bridge.vectors import vectors_of

KEY = bytes(range(32))


def test_frames_are_those_of_the_vectors() -> None:
    vectors = vectors_of("sealing")
    key = bytes.fromhex(vectors["key"])
    sealer, opener = Sealer(key), Opener(key, gapless=True)
    for one in vectors["frames"]:
        channel, body, frame = (
            Channel(one["channel"]),
            bytes.fromhex(one["body"]),
            bytes.fromhex(one["frame"]),
        )
        assert sealer.seal(channel, body) == frame
        assert opener.open(frame) == (channel, body)


@given(st.lists(st.tuples(st.sampled_from(Channel), st.binary(max_size=100)), max_size=20))
def test_what_is_sealed_opens_in_the_same_order(said: list[tuple[Channel, bytes]]) -> None:
    sealer, opener = Sealer(KEY), Opener(KEY, gapless=True)
    assert [opener.open(sealer.seal(*one)) for one in said] == said


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_viewers_frames_may_have_been_dropped(kept: list[bool]) -> None:
    sealer, opener = Sealer(KEY), Opener(KEY, gapless=False)
    for number, is_kept in enumerate(kept):
        frame = sealer.seal(Channel.INPUT, bytes([number]))
        if is_kept:
            assert opener.open(frame) == (Channel.INPUT, bytes([number]))


@pytest.mark.parametrize("gapless", [True, False])
def test_a_frame_opens_once(*, gapless: bool) -> None:
    frame = Sealer(KEY).seal(Channel.CHAT, b"x")
    opener = Opener(KEY, gapless=gapless)
    opener.open(frame)
    with pytest.raises(Tampered):
        opener.open(frame)


@pytest.mark.parametrize("gapless", [True, False])
def test_frames_do_not_open_in_another_order(*, gapless: bool) -> None:
    sealer, opener = Sealer(KEY), Opener(KEY, gapless=gapless)
    first, second, third = (sealer.seal(Channel.CHAT, b"x") for _ in range(3))
    opener.open(first)
    if gapless:
        with pytest.raises(Tampered):
            opener.open(third)
    else:
        opener.open(third)
        with pytest.raises(Tampered):
            opener.open(second)


@given(st.binary(max_size=30), st.data())
def test_one_changed_bit_is_noticed(body: bytes, data: st.DataObject) -> None:
    frame = bytearray(Sealer(KEY).seal(Channel.SCREEN, body))
    at = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[at // 8] ^= 1 << at % 8
    with pytest.raises(ProtocolError):
        Opener(KEY, gapless=False).open(bytes(frame))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Tampered):
        Opener(bytes(32), gapless=False).open(Sealer(KEY).seal(Channel.CHAT, b"x"))


@given(st.binary(max_size=60))
def test_no_bytes_open_by_chance(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Opener(KEY, gapless=False).open(data)


def test_a_failed_frame_does_not_move_the_counter() -> None:
    sealer, opener = Sealer(KEY), Opener(KEY, gapless=True)
    good = sealer.seal(Channel.CHAT, b"x")
    with pytest.raises(Tampered):
        opener.open(good[:-1] + bytes([good[-1] ^ 1]))
    assert opener.open(good) == (Channel.CHAT, b"x")


def test_sizes_are_bounded_both_ways() -> None:
    frame = Sealer(KEY).seal(Channel.SCREEN, bytes(1024 * 1024))
    assert len(frame) == MOST_FRAME_BYTES
    assert len(Opener(KEY, gapless=True).open(frame)[1]) == 1024 * 1024
    with pytest.raises(TooLarge):
        Sealer(KEY).seal(Channel.SCREEN, bytes(1024 * 1024 + 1))
    with pytest.raises(TooLarge):
        Opener(KEY, gapless=True).open(frame + b"x")
    with pytest.raises(Malformed):
        Opener(KEY, gapless=True).open(frame[:24])


def test_counters_are_never_used_twice() -> None:
    sealer = Sealer(KEY)
    sealer._counter = MOST_COUNTER
    with pytest.raises(Tampered):
        sealer.seal(Channel.CHAT, b"")
