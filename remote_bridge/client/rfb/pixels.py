"""Pixel formats of RFB (RFC 6143 section 7.4), and our pixels written in them."""

import struct
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
"""Height x width pixels as 0x00RRGGBB; what is in the highest byte means nothing."""

_FORMAT = struct.Struct(">BBBBHHHBBB3x")


class PixelFormat(NamedTuple):
    """How a viewer wants its pixels, true colour only."""

    bits: int
    depth: int
    is_big_endian: bool
    red_max: int
    green_max: int
    blue_max: int
    red_shift: int
    green_shift: int
    blue_shift: int

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From its 16 bytes. Raises ValueError for colour maps and for formats that are none."""
        bits, depth, big, true_colour, *rest = _FORMAT.unpack(data)
        one = cls(bits, depth, bool(big), *rest)
        maxima_and_shifts = zip(rest[:3], rest[3:], strict=True)
        is_sound = all(_is_mask(top) and (top << shift) < 1 << bits for top, shift in maxima_and_shifts)
        if bits not in (8, 16, 32) or not true_colour or not is_sound:
            raise ValueError("a pixel format that is not spoken")
        return one

    def compose(self) -> bytes:
        """Its 16 bytes."""
        return _FORMAT.pack(self.bits, self.depth, self.is_big_endian, 1, *self[3:])

    @property
    def is_full_colour(self) -> bool:
        """Whether a compact pixel of Tight is three bytes: red, green, blue."""
        return (self.bits, self.depth, *self[3:6]) == (32, 24, 255, 255, 255)

    def write(self, pixels: Words) -> bytes:
        """Our pixels in this format, row by row."""
        red, green, blue = (pixels >> 16) & 255, (pixels >> 8) & 255, pixels & 255
        values = (
            (red * self.red_max // 255) << self.red_shift
            | (green * self.green_max // 255) << self.green_shift
            | (blue * self.blue_max // 255) << self.blue_shift
        )
        order = ">" if self.is_big_endian else "<"
        return values.astype(f"{order}u{self.bits // 8}").tobytes()


def _is_mask(top: int) -> bool:
    """One less than a power of two."""
    return top > 0 and top & (top + 1) == 0


NATIVE = PixelFormat(32, 24, False, 255, 255, 255, 16, 8, 0)  # noqa: FBT003
"""How the screen's memory is written: what is offered first."""
