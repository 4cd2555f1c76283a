"""Encoding 7, Tight, for full colour: one rectangle, independent of all before it.

Each rectangle resets the zlib stream that it uses. The few bytes that this costs buy that rectangles can be
made at the same time, and left out again when they have become old.
"""

import numpy as np
import simplejpeg
from isal import isal_zlib

from remote_bridge.client.rfb.pixels import Words

_FILL, _JPEG = 0x80, 0x90
_PLAIN = 0x01  # stream 0, reset, no filter
_PALETTE, _PALETTE_FILTER = 0x52, 1  # stream 1, reset, a filter follows
_LEVEL = 1
_UNPACKED_BELOW = 12
_SMALL_AREA = 4096
_MOST_COLOURS = 256


def lossless(pixels: Words) -> bytes:
    """The body of a rectangle, exact: as one colour, as two, as a palette, or as it is."""
    first = pixels[0, 0]
    others = pixels[pixels != first] if pixels.size <= _SMALL_AREA else _first_rows_others(pixels)
    if others is None:
        return _full(pixels)
    if not others.size:
        return bytes([_FILL]) + _rgb(pixels[:1, :1])
    second = others[0]
    if (others == second).all():
        return _two(pixels, first, second)
    return _palette(pixels) if pixels.size <= _SMALL_AREA else _full(pixels)


def _first_rows_others(pixels: Words) -> Words | None:
    """All that are not as the first; None as soon as a look at some rows shows more than two colours."""
    first = pixels[0, 0]
    some = pixels[:: max(1, len(pixels) // 4)]
    others = some[some != first]
    if others.size and (others != others[0]).any():
        return None
    return np.asarray(pixels[pixels != first])


def fill(colour: int) -> bytes:
    """The body of a rectangle of one colour."""
    return bytes([_FILL]) + (colour & 0xFFFFFF).to_bytes(3, "big")


def jpeg(pixels: Words, quality: int, subsampling: str) -> bytes:
    """The body of a rectangle, nearly: `quality` 1 to 100, `subsampling` "444" or "420"."""
    bgrx = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
    data: bytes = simplejpeg.encode_jpeg(bgrx, quality, "BGRX", subsampling, fastdct=True)
    return bytes([_JPEG]) + _length(len(data)) + data


def _full(pixels: Words) -> bytes:
    return bytes([_PLAIN]) + _packed(_rgb(pixels))


def _two(pixels: Words, first: np.uint32, second: np.uint32) -> bytes:
    """One bit a pixel, rows begin at bytes."""
    bits = np.packbits(pixels == second, axis=1).tobytes()
    colours = _rgb(np.array([[first, second]], np.uint32))
    return bytes([_PALETTE, _PALETTE_FILTER, 1]) + colours + _packed(bits)


def _palette(pixels: Words) -> bytes:
    colours, places = np.unique(pixels, return_inverse=True)
    if len(colours) > _MOST_COLOURS:
        return _full(pixels)
    head = bytes([_PALETTE, _PALETTE_FILTER, len(colours) - 1]) + _rgb(colours.reshape(1, -1))
    return head + _packed(places.astype(np.uint8).tobytes())


def _rgb(pixels: Words) -> bytes:
    """Three bytes a pixel. Three strided copies are faster than one fancy one."""
    height, width = pixels.shape
    out = np.empty((height, width * 3), np.uint8)
    source = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, width, 4)
    for place in range(3):
        out[:, place::3] = source[..., 2 - place]
    return out.tobytes()


def _packed(data: bytes) -> bytes:
    if len(data) < _UNPACKED_BELOW:
        return data
    packed: bytes = isal_zlib.compress(data, _LEVEL)
    return _length(len(packed)) + packed


def _length(size: int) -> bytes:
    """A number below 2**22 in one to three bytes, the lowest seven bits first."""
    if size < 1 << 7:
        return bytes([size])
    if size < 1 << 14:
        return bytes([size & 0x7F | 0x80, size >> 7])
    return bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14])
