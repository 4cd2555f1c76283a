"""What a viewer sends on the input's channel: keys and pointer (RFC 6143 sections 7.5.4, 7.5.5, more)."""

import struct
from typing import NamedTuple

from remote_bridge.client.rfb.messages import RfbError

_KEY, _POINTER, _QEMU = 4, 5, 255
_MORE_BUTTONS = 0x80
_HIGHER_BUTTONS = 0x03


class Key(NamedTuple):
    """A key goes down or up. `scancode` is QEMU's code of the key's place, 0: not known."""

    keysym: int
    scancode: int
    is_down: bool


class Pointer(NamedTuple):
    """The pointer is there, with these buttons down (bit 0 is the left one)."""

    x: int
    y: int
    buttons: int


def parse_inputs(data: bytes) -> list[Key | Pointer]:
    """One or more whole messages. Raises RfbError for anything else; then none of them counts."""
    found: list[Key | Pointer] = []
    at = 0
    try:
        while at < len(data):
            one, at = _read(data, at)
            found.append(one)
    except struct.error as error:
        raise RfbError("an input that is cut off") from error
    return found


def _read(data: bytes, at: int) -> tuple[Key | Pointer, int]:
    kind = data[at]
    if kind == _KEY:
        down, keysym = struct.unpack_from(">xB2xI", data, at)
        return Key(keysym, 0, bool(down)), at + 8
    if kind == _POINTER:
        buttons, x, y = struct.unpack_from(">xBHH", data, at)
        if not buttons & _MORE_BUTTONS:
            return Pointer(x, y, buttons), at + 6
        [higher] = struct.unpack_from(">B", data, at + 6)
        return Pointer(x, y, buttons & 0x7F | (higher & _HIGHER_BUTTONS) << 7), at + 7
    if kind == _QEMU:
        sub, down, keysym, scancode = struct.unpack_from(">xBHII", data, at)
        if sub == 0:
            return Key(keysym, scancode, bool(down)), at + 12
    raise RfbError(f"message {kind} is no input")
