"""`M4A_TEST_HOSTILE_FRAMES=1000000` throws a million frames at the parsers in place of some thousands."""

import itertools
import os
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.inputs import parse_inputs
from remote_bridge.client.rfb.messages import (
    VERSION,
    Chosen,
    Continuous,
    EncodingsSet,
    Fence,
    FormatSet,
    Initialised,
    Message,
    Messages,
    RfbError,
    SizeWished,
    Started,
    UpdateRequested,
)
from remote_bridge.client.rfb.pixels import NATIVE
from remote_bridge.client.rfb.server import RfbServer

HOSTILE = int(os.environ.get("M4A_TEST_HOSTILE_FRAMES", "20000"))
GREETING = VERSION + b"\x01\x01"
ONES = [
    (bytes(4) + NATIVE.compose(), FormatSet(NATIVE)),
    (struct.pack(">BxHii", 2, 2, 7, -239), EncodingsSet((7, -239))),
    (struct.pack(">BBHHHH", 3, 1, 1, 2, 3, 4), UpdateRequested(Rect(1, 2, 3, 4), is_incremental=True)),
    (struct.pack(">BBHHHH", 3, 0, 1, 2, 3, 4), UpdateRequested(Rect(1, 2, 3, 4), is_incremental=False)),
    (struct.pack(">BBHHHH", 150, 1, 0, 0, 9, 9), Continuous(is_on=True)),
    (struct.pack(">B3xIB", 248, 5, 2) + b"ab", Fence(5, b"ab")),
    (struct.pack(">BxHHBx", 251, 800, 600, 1) + bytes(16), SizeWished()),
]


def fed(*pieces: bytes) -> list[Message]:
    messages = Messages()
    return [one for piece in pieces for one in messages.feed(piece)]


def test_the_greeting_is_read() -> None:
    assert fed(GREETING) == [Started(), Chosen(), Initialised()]


@pytest.mark.parametrize(("data", "message"), ONES)
def test_each_message_is_read(data: bytes, message: Message) -> None:
    assert fed(GREETING, data)[3:] == [message]


@given(st.lists(st.sampled_from(ONES), max_size=6), st.lists(st.integers(0, 300), max_size=8))
def test_a_stream_may_be_cut_anywhere(chosen: list[tuple[bytes, Message]], cuts: list[int]) -> None:
    whole = GREETING + b"".join(data for data, _ in chosen)
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert fed(*pieces)[3:] == [message for _, message in chosen]


@pytest.mark.parametrize(
    "data",
    [
        b"RFB 003.003\n",
        VERSION + b"\x02",
        GREETING + b"\x04",
        GREETING + b"\x05",
        GREETING + b"\x06",
        GREETING + b"\xff",
        GREETING + bytes(20),
        GREETING + struct.pack(">BxH", 2, 257),
        GREETING + struct.pack(">B3xIB", 248, 0, 65),
        GREETING + struct.pack(">BxHHBx", 251, 1, 1, 33),
    ],
)
def test_what_has_no_place_is_refused(data: bytes) -> None:
    with pytest.raises(RfbError):
        fed(data)


def hostile(picks: random.Random) -> bytes:
    """A frame that may be right, nearly right, or anything."""
    if picks.random() < 0.2:
        return picks.randbytes(picks.randrange(1, 200))
    data = bytearray(b"".join(picks.choice(ONES)[0] for _ in range(picks.randrange(1, 4))))
    for _ in range(picks.randrange(3)):
        data[picks.randrange(len(data))] = picks.randrange(256)
    return bytes(data[: picks.randrange(1, len(data) + 1)] if picks.random() < 0.3 else data)


def test_a_hostile_viewer_gets_an_error_or_an_answer_and_never_more_memory() -> None:
    picks = random.Random(4711)
    server, refused = None, 0
    for _ in range(HOSTILE):
        if server is None:
            server = RfbServer(640, 480, "x", (), takes_places=True)
            server.receive(GREETING)
        try:
            server.receive(hostile(picks))
        except RfbError:
            server, refused = None, refused + 1
            continue
        if picks.random() < 0.3:
            server.begin_update(0)
        assert len(server.take_output()) < 20_000
        assert len(server.take_wanted()) <= 16
        server.take_seen()
        assert len(server._messages._rest) < 1100
        assert len(server._notes) < 1000
    assert refused > HOSTILE / 100


def test_hostile_input_is_refused_whole() -> None:
    picks = random.Random(4712)
    right = [
        struct.pack(">BBHI", 4, 1, 0, 97),
        struct.pack(">BBHH", 5, 1, 2, 3),
        struct.pack(">BBHII", 255, 0, 1, 97, 30),
    ]
    read = 0
    for _ in range(HOSTILE):
        data = bytearray(b"".join(picks.choice(right) for _ in range(picks.randrange(1, 4))))
        for _ in range(picks.randrange(2)):
            data[picks.randrange(len(data))] = picks.randrange(256)
        try:
            for one in parse_inputs(bytes(data[: picks.randrange(1, len(data) + 1)])):
                assert all(0 <= number < 1 << 32 for number in one)
                read += 1
        except RfbError:
            continue
    assert read > HOSTILE / 10
