"""Numbers of RFB: encodings (RFC 6143 section 7.7) and what is registered beyond it."""

from enum import IntEnum


class Encoding(IntEnum):
    """The encodings and pseudo-encodings that are spoken here."""

    RAW = 0
    COPY_RECT = 1
    TIGHT = 7
    DESKTOP_SIZE = -223
    LAST_RECT = -224
    CURSOR = -239
    QEMU_KEY = -258
    EXTENDED_DESKTOP_SIZE = -308
    FENCE = -312
    CONTINUOUS_UPDATES = -313
    EXTENDED_MOUSE_BUTTONS = -316
    VMWARE_CURSOR = 0x574D5664


QUALITIES = range(-32, -22)
"""The pseudo-encodings by which a viewer allows JPEG: the first is the worst quality."""
