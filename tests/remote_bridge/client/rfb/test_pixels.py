import numpy as np
import pytest

from remote_bridge.client.rfb.pixels import NATIVE, PixelFormat

_LITTLE, _BIG = False, True
RED_GREEN = np.array([[0xAAFF0000, 0x0000FF00]], np.uint32)
RGBX = PixelFormat(32, 24, _LITTLE, 255, 255, 255, 0, 8, 16)
RGB565 = PixelFormat(16, 16, _BIG, 31, 63, 31, 11, 5, 0)
RGB332 = PixelFormat(8, 8, _LITTLE, 7, 7, 3, 0, 3, 6)


@pytest.mark.parametrize("one", [NATIVE, RGBX, RGB565, RGB332])
def test_a_format_is_read_as_it_is_written(one: PixelFormat) -> None:
    assert PixelFormat.parse(one.compose()) == one
    assert len(one.compose()) == 16


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (NATIVE, "0000ff00 00ff0000"),
        (RGBX, "ff000000 00ff0000"),
        (RGB565, "f800 07e0"),
        (RGB332, "07 38"),
    ],
)
def test_pixels_are_written_in_every_format(form: PixelFormat, data: str) -> None:
    assert form.write(RED_GREEN) == bytes.fromhex(data)


@pytest.mark.parametrize(
    "one",
    [
        NATIVE._replace(bits=24),
        NATIVE._replace(red_max=0),
        NATIVE._replace(red_max=200),
        NATIVE._replace(red_shift=30),
        RGB332._replace(blue_shift=7),
    ],
)
def test_a_format_that_is_none_is_refused(one: PixelFormat) -> None:
    with pytest.raises(ValueError, match="pixel format"):
        PixelFormat.parse(one.compose())


def test_colour_maps_are_refused() -> None:
    data = bytearray(NATIVE.compose())
    data[3] = 0
    with pytest.raises(ValueError, match="pixel format"):
        PixelFormat.parse(bytes(data))


def test_tight_needs_full_colour() -> None:
    assert NATIVE.is_full_colour
    assert RGBX.is_full_colour
    assert not RGB565.is_full_colour
