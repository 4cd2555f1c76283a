import struct

import pytest

from remote_bridge.client.rfb.inputs import Key, Pointer, parse_inputs
from remote_bridge.client.rfb.messages import RfbError

KEY = struct.pack(">BBHI", 4, 1, 0, 0x61)
QEMU = struct.pack(">BBHII", 255, 0, 0, 0x61, 0x9C)
POINTER = struct.pack(">BBHH", 5, 0b101, 700, 9)
EXTENDED = struct.pack(">BBHHB", 5, 0x80 | 1, 700, 9, 0b01)


def test_whole_messages_are_read_one_behind_the_other() -> None:
    assert parse_inputs(KEY + QEMU + POINTER + EXTENDED) == [
        Key(0x61, 0, is_down=True),
        Key(0x61, 0x9C, is_down=False),
        Pointer(700, 9, 0b101),
        Pointer(700, 9, 0b1000_0001),
    ]


@pytest.mark.parametrize(
    "data",
    [
        KEY[:-1],
        QEMU[:-1],
        POINTER[:-1],
        EXTENDED[:-1],
        b"\x06" + bytes(7),
        b"\xff\x01" + bytes(10),
        b"\x03" * 10,
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(RfbError):
        parse_inputs(data)


def test_reserved_buttons_do_not_count() -> None:
    assert parse_inputs(EXTENDED[:-1] + b"\xff") == [Pointer(700, 9, 0b1_1000_0001)]
