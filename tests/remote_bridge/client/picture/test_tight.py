import struct

import numpy as np
import pytest

from remote_bridge.client.picture.tight import fill, jpeg, lossless
from tests.fakes.rfb_viewer import RfbViewer
from tests.remote_bridge.client.picture.pictures import Words, far, photo, text

PICKS = np.random.default_rng(1)


def drawn(pixels: Words, body: bytes) -> Words:
    """What a viewer makes of the body."""
    height, width = pixels.shape
    viewer = RfbViewer()
    viewer.receive(b"RFB 003.008\n\x01\x01" + bytes(4) + struct.pack(">HH", width, height) + bytes(20))
    viewer.receive(struct.pack(">BxHHHHHi", 0, 1, 0, 0, width, height, 7) + body)
    assert viewer.updates == 1
    return viewer.screen


def colours(height: int, width: int, count: int) -> Words:
    palette = PICKS.integers(0, 1 << 24, count, dtype=np.uint32)
    return palette[PICKS.integers(0, count, (height, width))]


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((3, 5), 0x123456, np.uint32),
        np.array([[7]], np.uint32),
        colours(1, 3, 2),
        colours(20, 10, 2),
        colours(333, 201, 2),
        colours(20, 10, 5),
        colours(60, 60, 256),
        colours(64, 64, 4000),
        colours(200, 300, 3),
        photo(130, 70),
        text(300, 100),
    ],
)
def test_lossless_is_exact_for_any_number_of_colours(pixels: Words) -> None:
    assert (drawn(pixels, lossless(pixels)) == pixels).all()


def test_one_colour_is_four_bytes_and_two_are_a_bit_a_pixel() -> None:
    assert len(lossless(np.zeros((1000, 1000), np.uint32))) == 4
    assert len(lossless(colours(64, 64, 2))) < 64 * 64 / 8 + 30


def test_a_colour_alone_is_that_of_pixels_of_it() -> None:
    pixels = np.full((30, 40), 0xFF123456, np.uint32)
    assert fill(0xFF123456) == lossless(pixels)


def test_two_colours_that_look_like_one_at_first_are_exact() -> None:
    pixels = np.zeros((400, 400), np.uint32)
    pixels[399, 399] = 5
    assert (drawn(pixels, lossless(pixels)) == pixels).all()
    pixels[398, 1] = 6
    assert (drawn(pixels, lossless(pixels)) == pixels).all()


def test_a_part_of_a_larger_picture_is_encoded_as_well() -> None:
    whole = photo(300, 200)
    part = whole[10:110, 20:221]
    assert (drawn(part, lossless(part)) == part).all()
    assert far(drawn(part, jpeg(part, 79, "444")), part) < 4


@pytest.mark.parametrize(("quality", "subsampling", "most"), [(92, "444", 3), (79, "444", 4), (42, "420", 9)])
def test_jpeg_is_near_and_the_nearer_the_better_its_quality(
    quality: int, subsampling: str, most: float
) -> None:
    pixels = photo(320, 240)
    assert far(drawn(pixels, jpeg(pixels, quality, subsampling)), pixels) < most
