import struct

import numpy as np
import pytest

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.encodings import Encoding
from remote_bridge.client.rfb.messages import VERSION, RfbError
from remote_bridge.client.rfb.pixels import NATIVE
from remote_bridge.client.rfb.server import RfbServer
from remote_bridge.client.screen import CursorShape, Monitor

MONITORS = (Monitor(0, Rect(0, 0, 320, 240)), Monitor(1, Rect(320, 0, 320, 240)))


def encodings(*numbers: int) -> bytes:
    return struct.pack(f">BxH{len(numbers)}i", 2, len(numbers), *numbers)


def request(*, incremental: bool = True) -> bytes:
    return struct.pack(">BBHHHH", 3, incremental, 0, 0, 640, 480)


@pytest.fixture
def server() -> RfbServer:
    """After the greeting."""
    one = RfbServer(640, 480, "Käthe", MONITORS, takes_places=True)
    one.receive(VERSION + b"\x01\x01")
    one.take_output()
    return one


def test_the_greeting_offers_no_security_and_tells_size_and_name() -> None:
    one = RfbServer(640, 480, "Käthe", MONITORS, takes_places=True)
    assert one.take_output() == VERSION
    one.receive(VERSION)
    assert one.take_output() == b"\x01\x01"
    one.receive(b"\x01")
    assert one.take_output() == bytes(4)
    one.receive(b"\x01")
    name = "Käthe".encode()
    assert one.take_output() == struct.pack(">HH", 640, 480) + NATIVE.compose() + struct.pack(">I", 6) + name


def test_no_update_is_wanted_before_one_is_asked_for(server: RfbServer) -> None:
    wanted = [server.updates_wanted]
    server.receive(request())
    wanted.append(server.updates_wanted)
    assert server.begin_update(2) == struct.pack(">BxH", 0, 2)
    assert [*wanted, server.updates_wanted] == [False, True, False]


def test_continuous_updates_are_offered_and_end_with_a_word(server: RfbServer) -> None:
    server.receive(encodings(Encoding.CONTINUOUS_UPDATES))
    assert server.take_output() == b"\x96"
    server.receive(struct.pack(">BBHHHH", 150, 1, 0, 0, 640, 480))
    server.begin_update(1)
    assert server.updates_wanted
    server.receive(struct.pack(">BBHHHH", 150, 0, 0, 0, 640, 480))
    assert (server.take_output(), server.updates_wanted) == (b"\x96", False)


def test_who_names_encodings_again_and_again_makes_nothing_grow(server: RfbServer) -> None:
    shown = (Encoding.QEMU_KEY, Encoding.EXTENDED_MOUSE_BUTTONS, Encoding.EXTENDED_DESKTOP_SIZE)
    server.receive(encodings(*shown))
    once = server.begin_update(0)
    for _ in range(70_000):
        server.receive(encodings() + encodings(*shown))
    assert len(server.begin_update(0)) == len(once)


def test_a_request_for_everything_is_told_and_bounded(server: RfbServer) -> None:
    server.receive(request() + request(incremental=False) * 40)
    assert server.take_wanted() == [Rect(0, 0, 640, 480)] * 16
    assert server.take_wanted() == []


def test_fences_are_answered_and_marks_come_back(server: RfbServer) -> None:
    assert server.end_update(7) == b""
    server.receive(encodings(Encoding.FENCE))
    assert server.take_output() == struct.pack(">B3xIB", 248, 1 << 31 | 1, 0)
    mark = server.end_update(7)
    assert mark == struct.pack(">B3xIBI", 248, 1 << 31 | 1, 4, 7)
    server.receive(struct.pack(">B3xIBI", 248, 1, 4, 7) + struct.pack(">B3xIB", 248, 1, 0))
    assert (server.take_seen(), server.take_output()) == ([7], b"")
    server.receive(struct.pack(">B3xIB", 248, 1 << 31 | 0xFF, 2) + b"ab")
    assert server.take_output() == struct.pack(">B3xIB", 248, 7, 2) + b"ab"


def test_what_the_viewer_can_is_confirmed_once_in_an_update(server: RfbServer) -> None:
    for _ in range(2):
        server.receive(encodings(Encoding.QEMU_KEY, Encoding.EXTENDED_MOUSE_BUTTONS))
    assert server.has_notes
    heads = struct.pack(">HHHHi", 0, 0, 0, 0, -258) + struct.pack(">HHHHi", 0, 0, 0, 0, -316)
    assert server.begin_update(0) == struct.pack(">BxH", 0, 2) + heads
    assert not server.has_notes


def test_a_host_that_knows_no_places_of_keys_asks_for_none() -> None:
    one = RfbServer(640, 480, "Käthe", MONITORS, takes_places=False)
    one.receive(VERSION + b"\x01\x01")
    one.receive(encodings(Encoding.QEMU_KEY, Encoding.EXTENDED_MOUSE_BUTTONS))
    assert one.begin_update(0) == struct.pack(">BxH", 0, 1) + struct.pack(">HHHHi", 0, 0, 0, 0, -316)


def size_note(reason: int, status: int, width: int, height: int) -> bytes:
    screens = struct.pack(">IHHHHI", 0, 0, 0, 320, 240, 0) + struct.pack(">IHHHHI", 1, 320, 0, 320, 240, 0)
    return struct.pack(">HHHHiB3x", reason, status, width, height, -308, 2) + screens


def test_monitors_and_a_new_size_are_told(server: RfbServer) -> None:
    could = server.follows_size
    server.receive(encodings(Encoding.EXTENDED_DESKTOP_SIZE, Encoding.DESKTOP_SIZE))
    assert (could, server.follows_size) == (False, True)
    assert server.begin_update(0)[4:] == size_note(0, 0, 640, 480)
    server.set_size(800, 600, MONITORS)
    assert server.begin_update(0)[4:] == size_note(0, 0, 800, 600)
    server.receive((struct.pack(">BxHHBx", 251, 1, 1, 1) + bytes(16)) * 3)
    assert server.begin_update(0)[4:] == size_note(1, 1, 800, 600)


def test_an_older_viewer_is_told_the_size_alone(server: RfbServer) -> None:
    server.receive(encodings(Encoding.DESKTOP_SIZE))
    server.set_size(800, 600, MONITORS)
    assert server.begin_update(0)[4:] == struct.pack(">HHHHi", 0, 0, 800, 600, -223)


CURSOR = CursorShape(2, 1, 1, 0, bytes([0, 0, 128, 128, 10, 20, 30, 0]))


def test_the_pointer_is_told_with_its_transparency(server: RfbServer) -> None:
    server.show_cursor(CURSOR)
    assert not server.has_notes
    server.receive(encodings(Encoding.VMWARE_CURSOR, Encoding.CURSOR))
    server.show_cursor(CURSOR)
    head = struct.pack(">HHHHi", 1, 0, 2, 1, 0x574D5664)
    assert server.begin_update(0)[4 : 4 + 22] == head + b"\x01\x00" + bytes(
        [255, 0, 0, 128, 255, 255, 255, 0]
    )


def test_an_older_viewer_gets_the_pointer_with_a_mask(server: RfbServer) -> None:
    server.receive(encodings(Encoding.CURSOR))
    server.show_cursor(CURSOR)
    note = server.begin_update(0)[4:]
    assert note == struct.pack(">HHHHi", 1, 0, 2, 1, -239) + bytes([0, 0, 128, 0, 10, 20, 30, 0]) + b"\x80"


def test_quality_and_tight_are_what_the_viewer_says(server: RfbServer) -> None:
    assert (server.quality, server.reads_tight) == (None, False)
    server.receive(encodings(Encoding.TIGHT, -26))
    assert (server.quality, server.reads_tight) == (6, True)
    server.receive(
        bytes(4)
        + NATIVE._replace(
            bits=16, depth=15, red_max=31, green_max=31, blue_max=31, red_shift=10, green_shift=5
        ).compose()
    )
    assert not server.reads_tight


def test_rectangles_are_headed(server: RfbServer) -> None:
    assert server.copy(Rect(1, 2, 3, 4), 5, 6) == struct.pack(">HHHHiHH", 5, 6, 3, 4, 1, 1, 2)
    assert server.tight(Rect(1, 2, 3, 4), b"x") == struct.pack(">HHHHi", 1, 2, 3, 4, 7) + b"x"
    raw = server.raw(Rect(1, 2, 1, 1), np.array([[0x010203]], np.uint32))
    assert raw == struct.pack(">HHHHi", 1, 2, 1, 1, 0) + b"\x03\x02\x01\x00"


def test_a_colour_map_ends_the_connection(server: RfbServer) -> None:
    with pytest.raises(RfbError):
        server.receive(bytes(20))
